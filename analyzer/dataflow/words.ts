/** Values, facts and places as a kernel developer would write them. */
import type { Fact } from './state';
import type { Place, ReadValue, Value } from './value';

/** Says where an entry was read, for example `mm/hugetlb.c:6100`. */
export type Where = (read: ReadValue) => string;

export function valueText(value: Value, where: Where): string {
  const of = (v: Value): string => valueText(v, where);
  switch (value.kind) {
    case 'number': return String(value.number);
    case 'name':
    case 'param':
      return value.name;
    case 'symbol': return 'some value';
    case 'lock': return 'a page-table lock';
    case 'load': return placeText(value.place, where);
    case 'address': return `&${placeText(value.place, where)}`;
    case 'read': return `the entry read at ${where(value)}`;
    case 'test':
    case 'flag':
      return `${value.by}(${of(value.of)})`;
    case 'same': return `same(${of(value.left)}, ${of(value.right)})`;
    case 'operation': {
      const [a, b] = value.operands;
      if (value.op.endsWith('()')) return `${value.op.slice(0, -2)}(${value.operands.map(of).join(', ')})`;
      if (a && !b) return `${value.op}${nested(a, where)}`;
      return a && b ? `${nested(a, where)} ${value.op} ${nested(b, where)}` : value.op;
    }
  }
}

const nested = (v: Value, where: Where): string => (v.kind === 'operation' && v.operands.length === 2 ? `(${valueText(v, where)})` : valueText(v, where));

export function placeText(place: Place, where: Where): string {
  if (place.kind === 'local') return [place.name.replace(/^::/, ''), ...place.fields].join('.');
  const base = valueText(place.base, where);
  return place.fields.length === 0 ? `*${base}` : `${base}->${place.fields.join('.')}`.replaceAll('.[', '[');
}

/** A condition that holds: `vmf->flags & FAULT_FLAG_WRITE`, `!pte_none(...)`, `nr >= 2`. */
export function factText(fact: Fact, where: Where): string {
  const text = valueText(fact.value, where);
  const { low, high, not } = fact;
  if (low === 0 && high === 0) return `!${fact.value.kind === 'operation' ? `(${text})` : text}`;
  if (low === high) return fact.value.kind === 'test' || fact.value.kind === 'same' || fact.value.kind === 'flag' ? text : `${text} == ${low}`;
  if (low > -Infinity && high < Infinity) return `${low} <= ${text} <= ${high}`;
  if (low > -Infinity) return `${text} >= ${low}`;
  if (high < Infinity) return `${text} <= ${high}`;
  return not.includes(0) ? text : `${text} != ${not.join(', ')}`;
}
