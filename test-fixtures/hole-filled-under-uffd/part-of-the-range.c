/* The range has many indexes, and a vma may map any of them: the vmas of the first are not all. */
static int fold_asking_first_index(struct address_space *mapping, pgoff_t start, struct folio *tray)
{
	XA_STATE_ORDER(xas, &mapping->i_pages, start, HPAGE_PMD_ORDER);
	pgoff_t index, end = start + HPAGE_PMD_NR;
	int holes = 0, err = 0;

	xas_lock_irq(&xas);
	for (index = start; index < end; index++) {
		struct folio *folio;

		xas_set(&xas, index);
		folio = xas_load(&xas);
		if (!folio) {
			holes++;
			continue;
		}
		if (!folio_trylock(folio)) {
			xas_unlock_irq(&xas);
			return -EBUSY;
		}
		folio_get(folio);
		xas_unlock_irq(&xas);
		take_off_list(folio);
		xas_lock_irq(&xas);
	}
	xas_unlock_irq(&xas);
	copy_into(tray, mapping, start);

	if (holes) {
		struct vm_area_struct *vma;
		int still = 0;

		i_mmap_lock_read(mapping);
		xas_lock_irq(&xas);
		xas_set(&xas, start);
		for (index = start; index < end; index++) {
			if (!xas_next(&xas)) {
				xas_store(&xas, XA_RETRY_ENTRY);
				still++;
			}
		}
		if (still != holes) {
			err = -EAGAIN;
			goto asked;
		}
		vma_interval_tree_foreach(vma, &mapping->i_mmap, start, start) {
			if (userfaultfd_missing(vma)) {
				err = -EBUSY;
				goto asked;
			}
		}
asked:
		i_mmap_unlock_read(mapping);
		if (err) {
			xas_set(&xas, start);
			for (index = start; index < end; index++) {
				if (xas_next(&xas) == XA_RETRY_ENTRY)
					xas_store(&xas, NULL);
			}
			xas_unlock_irq(&xas);
			return err;
		}
	} else {
		xas_lock_irq(&xas);
	}
	xas_set_order(&xas, start, HPAGE_PMD_ORDER);
	if (!xas_error(&xas))
		xas_store(&xas, tray);
//^^^^^^^^^ warning[hole-filled-under-uffd]: fold_asking_first_index()
	xas_unlock_irq(&xas);
	return 0;
}

/* All of them. */
static int fold_asking_all(struct address_space *mapping, pgoff_t start, struct folio *tray)
{
	XA_STATE_ORDER(xas, &mapping->i_pages, start, HPAGE_PMD_ORDER);
	pgoff_t index, end = start + HPAGE_PMD_NR;
	int holes = 0, err = 0;

	xas_lock_irq(&xas);
	for (index = start; index < end; index++) {
		struct folio *folio;

		xas_set(&xas, index);
		folio = xas_load(&xas);
		if (!folio) {
			holes++;
			continue;
		}
		if (!folio_trylock(folio)) {
			xas_unlock_irq(&xas);
			return -EBUSY;
		}
		folio_get(folio);
		xas_unlock_irq(&xas);
		take_off_list(folio);
		xas_lock_irq(&xas);
	}
	xas_unlock_irq(&xas);
	copy_into(tray, mapping, start);

	if (holes) {
		struct vm_area_struct *vma;
		int still = 0;

		i_mmap_lock_read(mapping);
		xas_lock_irq(&xas);
		xas_set(&xas, start);
		for (index = start; index < end; index++) {
			if (!xas_next(&xas)) {
				xas_store(&xas, XA_RETRY_ENTRY);
				still++;
			}
		}
		if (still != holes) {
			err = -EAGAIN;
			goto asked;
		}
		vma_interval_tree_foreach(vma, &mapping->i_mmap, start, end) {
			if (userfaultfd_missing(vma)) {
				err = -EBUSY;
				goto asked;
			}
		}
asked:
		i_mmap_unlock_read(mapping);
		if (err) {
			xas_set(&xas, start);
			for (index = start; index < end; index++) {
				if (xas_next(&xas) == XA_RETRY_ENTRY)
					xas_store(&xas, NULL);
			}
			xas_unlock_irq(&xas);
			return err;
		}
	} else {
		xas_lock_irq(&xas);
	}
	xas_set_order(&xas, start, HPAGE_PMD_ORDER);
	if (!xas_error(&xas))
		xas_store(&xas, tray);
	xas_unlock_irq(&xas);
	return 0;
}

/* Blocked, and let go at once. */
static int fold_letting_go(struct address_space *mapping, pgoff_t start, struct folio *tray)
{
	XA_STATE_ORDER(xas, &mapping->i_pages, start, HPAGE_PMD_ORDER);
	pgoff_t index, end = start + HPAGE_PMD_NR;
	int holes = 0, err = 0;

	xas_lock_irq(&xas);
	for (index = start; index < end; index++) {
		struct folio *folio;

		xas_set(&xas, index);
		folio = xas_load(&xas);
		if (!folio) {
			holes++;
			continue;
		}
		if (!folio_trylock(folio)) {
			xas_unlock_irq(&xas);
			return -EBUSY;
		}
		folio_get(folio);
		xas_unlock_irq(&xas);
		take_off_list(folio);
		xas_lock_irq(&xas);
	}
	xas_unlock_irq(&xas);
	copy_into(tray, mapping, start);

	if (holes) {
		struct vm_area_struct *vma;
		int still = 0;

		i_mmap_lock_read(mapping);
		xas_lock_irq(&xas);
		xas_set(&xas, start);
		for (index = start; index < end; index++) {
			if (!xas_next(&xas)) {
				xas_store(&xas, XA_RETRY_ENTRY);
				xas_store(&xas, NULL);
				still++;
			}
		}
		if (still != holes) {
			err = -EAGAIN;
			goto asked;
		}
		vma_interval_tree_foreach(vma, &mapping->i_mmap, start, end) {
			if (userfaultfd_missing(vma)) {
				err = -EBUSY;
				goto asked;
			}
		}
asked:
		i_mmap_unlock_read(mapping);
		if (err) {
			xas_set(&xas, start);
			for (index = start; index < end; index++) {
				if (xas_next(&xas) == XA_RETRY_ENTRY)
					xas_store(&xas, NULL);
			}
			xas_unlock_irq(&xas);
			return err;
		}
	} else {
		xas_lock_irq(&xas);
	}
	xas_set_order(&xas, start, HPAGE_PMD_ORDER);
	if (!xas_error(&xas))
		xas_store(&xas, tray);
//^^^^^^^^^ warning[hole-filled-under-uffd]: fold_letting_go()
	xas_unlock_irq(&xas);
	return 0;
}
