/* The holes are counted here, and somebody else asks who waits for them. */
int drawer_fold(struct address_space *mapping, pgoff_t start, struct folio *tray)
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
		if (drawer_is_watched(mapping, start, end)) {
			err = -EBUSY;
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
	xas_unlock_irq(&xas);
	return 0;
}

int shelf_fold(struct address_space *mapping, pgoff_t start, struct folio *tray)
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
		if (shelf_is_watched(mapping, start, end)) {
			err = -EBUSY;
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
//^^^^^^^^^ warning[hole-filled-under-uffd]: shelf_fold()
	xas_unlock_irq(&xas);
	return 0;
}
