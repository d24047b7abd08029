/* The new folio is put into each hole at once. From then on the hole cannot be seen, and nobody was asked. */
static int fold_at_once(struct address_space *mapping, pgoff_t start, struct folio *tray)
{
	XA_STATE_ORDER(xas, &mapping->i_pages, start, HPAGE_PMD_ORDER);
	pgoff_t index, end = start + HPAGE_PMD_NR;
	int holes = 0;

	xas_lock_irq(&xas);
	xas_set(&xas, start);
	for (index = start; index < end; index++) {
		struct folio *folio = xas_next(&xas);

		if (!folio) {
			xas_store(&xas, tray);
// ^^^^^^^^^ warning[hole-filled-under-uffd]: fold_at_once()
			holes++;
			continue;
		}
		if (xa_is_value(folio) || !folio_trylock(folio)) {
			xas_unlock_irq(&xas);
			return -EBUSY;
		}
		/* A folio for a folio: no hole here. */
		xas_store(&xas, tray);
	}
	if (holes)
		mapping->nrpages += holes;
	xas_unlock_irq(&xas);
	return 0;
}

/* Without holes: everything that is replaced was there. */
static int fold_full(struct address_space *mapping, pgoff_t start, struct folio *tray)
{
	XA_STATE_ORDER(xas, &mapping->i_pages, start, HPAGE_PMD_ORDER);
	pgoff_t index, end = start + HPAGE_PMD_NR;

	xas_lock_irq(&xas);
	xas_set(&xas, start);
	for (index = start; index < end; index++) {
		struct folio *folio = xas_next(&xas);

		if (!folio || xa_is_value(folio)) {
			xas_unlock_irq(&xas);
			return -EBUSY;
		}
	}
	xas_set_order(&xas, start, HPAGE_PMD_ORDER);
	xas_store(&xas, tray);
	xas_unlock_irq(&xas);
	return 0;
}
