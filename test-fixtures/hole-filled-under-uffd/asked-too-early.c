/* The lock of the tree is dropped after the question: until it is taken again holes may be seen, and vmas registered. */
static int fold_early(struct address_space *mapping, pgoff_t start, struct folio *tray)
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
		xas_unlock_irq(&xas);
		cond_resched();
		xas_lock_irq(&xas);
	} else {
		xas_lock_irq(&xas);
	}
	xas_set_order(&xas, start, HPAGE_PMD_ORDER);
	if (!xas_error(&xas))
		xas_store(&xas, tray);
//^^^^^^^^^ warning[hole-filled-under-uffd]: fold_early()
	xas_unlock_irq(&xas);
	return 0;
}

/* The same pause before the question. */
static int fold_in_time(struct address_space *mapping, pgoff_t start, struct folio *tray)
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
		xas_unlock_irq(&xas);
		cond_resched();
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

/* Asked before anything else, and never again. */
static int fold_first(struct address_space *mapping, pgoff_t start, struct folio *tray)
{
	XA_STATE_ORDER(xas, &mapping->i_pages, start, HPAGE_PMD_ORDER);
	pgoff_t index, end = start + HPAGE_PMD_NR;
	struct vm_area_struct *vma;
	int holes = 0, err = 0;

	i_mmap_lock_read(mapping);
	vma_interval_tree_foreach(vma, &mapping->i_mmap, start, end) {
		if (userfaultfd_missing(vma)) {
			i_mmap_unlock_read(mapping);
			return -EBUSY;
		}
	}
	i_mmap_unlock_read(mapping);
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
//^^^^^^^^^ warning[hole-filled-under-uffd]: fold_first()
	xas_unlock_irq(&xas);
	return 0;
}

/* Nobody keeps the list of vmas as it is while it is walked. */
static int fold_unlisted(struct address_space *mapping, pgoff_t start, struct folio *tray)
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
//^^^^^^^^^ warning[hole-filled-under-uffd]: fold_unlisted()
	xas_unlock_irq(&xas);
	return 0;
}
