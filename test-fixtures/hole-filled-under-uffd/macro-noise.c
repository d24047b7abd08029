/* What kernel code looks like: annotations, conditional compilation, statement macros between the steps. */
static __always_inline void __maybe_unused fold_noisily(struct address_space *mapping, pgoff_t start, struct folio *tray, bool is_shmem)
	__must_hold(nothing)
{
	XA_STATE_ORDER(xas, &mapping->i_pages, start, HPAGE_PMD_ORDER);
	pgoff_t index, end = start + HPAGE_PMD_NR;
	int holes __maybe_unused = 0;

	VM_BUG_ON(!IS_ENABLED(CONFIG_TRAYS) && !is_shmem);
	do {
		xas_lock_irq(&xas);
		xas_create_range(&xas);
		if (!xas_error(&xas))
			break;
		xas_unlock_irq(&xas);
		if (!xas_nomem(&xas, GFP_KERNEL))
			return;
	} while (1);

	for (index = start; index < end;) {
		struct folio *folio;

		xas_set(&xas, index);
		folio = xas_load(&xas);
		VM_BUG_ON(index != xas.xa_index);
#ifdef CONFIG_TRAYS
		if (is_shmem && !folio) {
			holes++;
			index++;
			continue;
		}
#endif
		if (unlikely(!folio)) {
			xas_unlock_irq(&xas);
			return;
		}
		index += folio_nr_pages(folio);
	}
	xas_unlock_irq(&xas);
	copy_into(tray, mapping, start);
	xas_lock_irq(&xas);
	xas_set_order(&xas, start, HPAGE_PMD_ORDER);
	WARN_ON_ONCE(xas_store(&xas, tray));
	//           ^^^^^^^^^ warning[hole-filled-under-uffd]: fold_noisily()
	xas_unlock_irq(&xas);
}
