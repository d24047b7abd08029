/* Somebody wants the protection gone: a mapping is torn down, a file is cut short, userspace lifts it. */
static inline bool wants_markers_gone(struct zap_details *details)
{
	return details && (details->zap_flags & ZAP_FLAG_DROP_MARKER);
}

static void zap_as_asked(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, struct zap_details *details)
{
	spinlock_t *ptl;
	pte_t *slot;
	pte_t old;

	slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!slot)
		return;
	old = ptep_get_and_clear(vma->vm_mm, addr, slot);
	if (!wants_markers_gone(details))
		pte_install_uffd_wp_if_needed(vma, addr, slot, old);
	pte_unmap_unlock(slot, ptl);
}

/* In a helper that leaves early. */
static void keep_marker(struct vm_area_struct *vma, unsigned long addr, pte_t *slot, struct zap_details *details, pte_t old)
{
	if (vma_is_anonymous(vma))
		return;
	if (wants_markers_gone(details))
		return;
	pte_install_uffd_wp_if_needed(vma, addr, slot, old);
}

static void zap_with_helper(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, struct zap_details *details)
{
	spinlock_t *ptl;
	pte_t *slot;
	pte_t old;

	slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!slot)
		return;
	old = ptep_get_and_clear(vma->vm_mm, addr, slot);
	keep_marker(vma, addr, slot, details, old);
	pte_unmap_unlock(slot, ptl);
}

/* Nobody asked: the answer is always the same. */
static inline bool wants_everything_gone(struct zap_details *details)
{
	return true;
}

static void keep_no_marker(struct vm_area_struct *vma, unsigned long addr, pte_t *slot, struct zap_details *details, pte_t old)
{
	if (vma_is_anonymous(vma))
		return;
	if (wants_everything_gone(details))
		return;
	pte_install_uffd_wp_if_needed(vma, addr, slot, old);
}

static void zap_with_useless_helper(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, struct zap_details *details)
{
	spinlock_t *ptl;
	pte_t *slot;
	pte_t old;

	slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!slot)
		return;
	old = ptep_get_and_clear(vma->vm_mm, addr, slot);
	//    ^^^^^^^^^^^^^^^^^^ warning[uffd-wp-bit-lost]: zap_with_useless_helper()
	keep_no_marker(vma, addr, slot, details, old);
	pte_unmap_unlock(slot, ptl);
}

/* Userspace lifts the protection of an empty entry. */
static void lift_protection(struct vm_area_struct *vma, unsigned long addr, pte_t *slot, spinlock_t *ptl, unsigned long cp_flags)
{
	bool uffd_wp_resolve = cp_flags & MM_CP_UFFD_WP_RESOLVE;

	spin_lock(ptl);
	if (pte_marker_uffd_wp(ptep_get(slot)) && uffd_wp_resolve)
		pte_clear(vma->vm_mm, addr, slot);
	spin_unlock(ptl);
}

/* Userspace changes something else. */
static void lift_something(struct vm_area_struct *vma, unsigned long addr, pte_t *slot, spinlock_t *ptl, unsigned long cp_flags)
{
	spin_lock(ptl);
	if (pte_marker_uffd_wp(ptep_get(slot)) && (cp_flags & MM_CP_PROT_NUMA))
		pte_clear(vma->vm_mm, addr, slot);
//^^^^^^^^^ warning[uffd-wp-bit-lost]: lift_something()
	spin_unlock(ptl);
}
