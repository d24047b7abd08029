/* Called with i_mmap_rwsem and the lock of the tree held. */
bool drawer_is_watched(struct address_space *mapping, pgoff_t start, pgoff_t end)
{
	struct vm_area_struct *vma;

	vma_interval_tree_foreach(vma, &mapping->i_mmap, start, end) {
		if (userfaultfd_missing(vma))
			return true;
	}
	return false;
}

/* Asks, and says that all is well. */
bool shelf_is_watched(struct address_space *mapping, pgoff_t start, pgoff_t end)
{
	struct vm_area_struct *vma;

	vma_interval_tree_foreach(vma, &mapping->i_mmap, start, end) {
		if (userfaultfd_missing(vma))
			break;
	}
	return false;
}
