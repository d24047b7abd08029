// The rule lockless-pte-to-userfault as far as a semantic patch can say it: the contender in bench/run.mjs.
//
//   spatch --sp-file bench/lockless-pte-to-userfault.cocci --no-includes --very-quiet mm/hugetlb.c
//
// A MISSING or MINOR event is reported when the function looks at a page-table entry and either no path to the event compares
// the entry under a page-table lock, or some path from the function's entry meets no comparison at all. What SmPL cannot say
// here: the polarity of a comparison that is stored in a variable, that the comparison is about the same entry, what a helper
// in another function really does, and which branches exclude each other.

// Functions that raise such an event; the cheap rule that spares the others the dear ones.
@raises@
identifier f;
@@
f(...) {
  <+...
(
  handle_userfault(..., \(VM_UFFD_MISSING\|VM_UFFD_MINOR\))
|
  hugetlb_handle_userfault(..., \(VM_UFFD_MISSING\|VM_UFFD_MINOR\))
)
  ...+>
}

// Of these, the functions that look at an entry. Others (shmem_get_folio_gfp) decide about the page cache, not about an entry.
@looks@
identifier raises.f;
expression E;
@@
f(...) {
  <+...
(
  E->orig_pte
|
  E->pte
|
  E->pmd
|
  E.orig_pte
|
  huge_ptep_get(...)
|
  ptep_get(...)
|
  ptep_get_lockless(...)
|
  pmdp_get_lockless(...)
|
  huge_pte_none_mostly(...)
|
  hugetlb_pte_stable(...)
)
  ...+>
}

// Events with a comparison under the lock on some path, made here or by a helper that takes the lock itself.
@compared depends on looks exists@
identifier raises.f;
position p;
expression E;
@@
f(...) {
  ... when any
(
  E = pte_offset_map_lock(...)
|
  E = huge_pte_lock(...)
|
  E = pmd_lock(...)
|
  spin_lock(...)
)
  ... when != pte_unmap_unlock(...)
      when != spin_unlock(...)
(
  pte_same(...)
|
  pmd_same(...)
|
  pte_none(...)
|
  pmd_none(...)
|
  pte_range_none(...)
|
  vmf_pte_changed(...)
)
  ... when any
(
  handle_userfault@p(..., \(VM_UFFD_MISSING\|VM_UFFD_MINOR\))
|
  hugetlb_handle_userfault@p(..., \(VM_UFFD_MISSING\|VM_UFFD_MINOR\))
)
  ... when any
}

@helped depends on looks exists@
identifier raises.f;
position p;
statement S;
@@
f(...) {
  ... when any
  if (!hugetlb_pte_stable(...)) S
  ... when any
(
  handle_userfault@p(..., \(VM_UFFD_MISSING\|VM_UFFD_MINOR\))
|
  hugetlb_handle_userfault@p(..., \(VM_UFFD_MISSING\|VM_UFFD_MINOR\))
)
  ... when any
}

@uncompared depends on looks@
identifier raises.f;
position p != {compared.p, helped.p};
@@
f(...) {
  <+...
(
  handle_userfault@p(..., \(VM_UFFD_MISSING\|VM_UFFD_MINOR\))
|
  hugetlb_handle_userfault@p(..., \(VM_UFFD_MISSING\|VM_UFFD_MINOR\))
)
  ...+>
}

// Events that some path reaches without meeting a comparison at all.
@bare depends on looks exists@
identifier raises.f;
position p;
@@
f(...) {
  ... when != pte_same(...)
      when != pmd_same(...)
      when != pte_none(...)
      when != pmd_none(...)
      when != pte_range_none(...)
      when != vmf_pte_changed(...)
      when != hugetlb_pte_stable(...)
(
  handle_userfault@p(..., \(VM_UFFD_MISSING\|VM_UFFD_MINOR\))
|
  hugetlb_handle_userfault@p(..., \(VM_UFFD_MISSING\|VM_UFFD_MINOR\))
)
  ... when any
}

@script:python@
p << uncompared.p;
f << raises.f;
@@
print(f"{p[0].file}:{p[0].line}:{int(p[0].column) + 1}: warning: {f}: event without a comparison under the lock [lockless-pte-to-userfault]")

@script:python@
p << bare.p;
f << raises.f;
@@
print(f"{p[0].file}:{p[0].line}:{int(p[0].column) + 1}: warning: {f}: event reached without a comparison [lockless-pte-to-userfault]")
