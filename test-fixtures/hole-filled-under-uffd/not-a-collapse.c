/* Stores of other kinds: the page that a fault asked for, a page in the place of another, an entry that goes. */

/* The fault has been through userfaultfd before it gets here. */
static int add_one(struct address_space *mapping, struct folio *folio, pgoff_t index)
{
	XA_STATE(xas, &mapping->i_pages, index);
	int err = 0;

	do {
		xas_lock_irq(&xas);
		if (xas_load(&xas))
			xas_set_err(&xas, -EEXIST);
		else
			xas_store(&xas, folio);
		if (!xas_error(&xas))
			mapping->nrpages++;
		xas_unlock_irq(&xas);
	} while (xas_nomem(&xas, GFP_KERNEL));
	err = xas_error(&xas);
	return err;
}

/* Moves a page: the old one is there, or nothing happens. */
static int replace_one(struct address_space *mapping, struct folio *old, struct folio *new)
{
	XA_STATE(xas, &mapping->i_pages, old->index);

	xas_lock_irq(&xas);
	if (xas_load(&xas) != old) {
		xas_unlock_irq(&xas);
		return -EAGAIN;
	}
	xas_store(&xas, new);
	xas_unlock_irq(&xas);
	return 0;
}

/* Several at once; a hole ends it. */
static int replace_many(struct address_space *mapping, pgoff_t start, pgoff_t end, struct folio *new)
{
	XA_STATE(xas, &mapping->i_pages, start);
	int replaced = 0;
	pgoff_t index;

	xas_lock_irq(&xas);
	for (index = start; index < end; index++) {
		struct folio *old;

		xas_set(&xas, index);
		old = xas_load(&xas);
		if (!old)
			break;
		xas_store(&xas, new);
		replaced++;
	}
	xas_unlock_irq(&xas);
	return replaced;
}

/* Makes holes, and counts those that there were before. */
static int empty_range(struct address_space *mapping, pgoff_t start, pgoff_t end)
{
	XA_STATE(xas, &mapping->i_pages, start);
	int holes = 0;
	pgoff_t index;

	xas_lock_irq(&xas);
	for (index = start; index < end; index++) {
		xas_set(&xas, index);
		if (!xas_load(&xas)) {
			holes++;
			continue;
		}
		xas_store(&xas, NULL);
	}
	xas_unlock_irq(&xas);
	return holes;
}
