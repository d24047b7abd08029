/** Names of constants in a slice: those that the machine knows, and those that the text has to declare. */
import { constants } from '../simulator/machine/values';

/** Linux errno values that scenarios do not know by themselves (include/uapi/asm-generic/errno-base.h, errno.h). */
const errnos: ReadonlyMap<string, number> = new Map([
  ['EPERM', 1], ['ENOENT', 2], ['EINTR', 4], ['ENXIO', 6], ['EBADF', 9], ['EACCES', 13], ['ENODEV', 19], ['ENOSPC', 28], ['ERANGE', 34], ['EOPNOTSUPP', 95], ['EHWPOISON', 133],
]);

/** Words of flags, of which the machine knows some; any other gets a bit that is left over. */
const flagFamilies: readonly { readonly pattern: RegExp; readonly firstFree: number }[] = [
  { pattern: /^FAULT_FLAG_[A-Z_]+$/, firstFree: 256 },
  { pattern: /^VM_FAULT_[A-Z_]+$/, firstFree: 512 },
  { pattern: /^ZAP_FLAG_[A-Z_]+$/, firstFree: 2 },
];

/** The constants that one slice uses. */
export interface Constants {
  /** True when the name can be used; what the text has to declare is remembered. */
  use(name: string, text: string): boolean;
  /** `enum { ... };` lines that the text needs. */
  declarations(): readonly string[];
  /** Names that stand for smaller numbers than they do in the kernel. */
  readonly bounded: ReadonlySet<string>;
}

/** Numbers of pages that a huge page has: two stand for them. */
const pageCounts: ReadonlySet<string> = new Set(['HPAGE_PMD_NR', 'PTRS_PER_PTE']);

export function createConstants(): Constants {
  const declared = new Map<string, number>();
  const groups = new Map<string, readonly (readonly [string, number])[]>();
  const bounded = new Set<string>();
  /** Enumerations by the text that they are in: it is asked again and again. */
  const enums = new Map<string, readonly string[]>();
  const enumsIn = (text: string): readonly string[] => {
    let found = enums.get(text);
    if (found === undefined) enums.set(text, (found = [...text.matchAll(/\benum\s*\w*\s*\{([^{}]*)\}/g)].map((match) => match[1]!.replace(/\/\*[^]*?\*\//g, '').replace(/\/\/.*/g, ''))));
    return found;
  };
  return {
    bounded,
    use(name, text) {
      if (constants.has(name) || declared.has(name)) return true;
      if (pageCounts.has(name)) {
        declared.set(name, 2);
        bounded.add(name);
        return true;
      }
      const errno = errnos.get(name);
      if (errno !== undefined) {
        declared.set(name, errno);
        return true;
      }
      const family = flagFamilies.find((f) => f.pattern.test(name));
      if (family) {
        const taken = [...declared].filter(([n]) => family.pattern.test(n)).length;
        const bit = family.firstFree << taken;
        if (bit > 0x4000) return false;
        declared.set(name, bit);
        return true;
      }
      const members = enumeratorsAround(name, enumsIn(text));
      if (!members) return false;
      groups.set(members[0]![0], members);
      for (const [member, value] of members) if (!constants.has(member)) declared.set(member, value);
      return true;
    },
    declarations() {
      const inGroups = new Set([...groups.values()].flatMap((members) => members.map(([member]) => member)));
      const lines = [...declared].filter(([name]) => !inGroups.has(name)).map(([name, value]) => `enum { ${name} = ${value} };`);
      for (const members of groups.values()) lines.push(`enum {\n${wrapped(members.map(([member, value], i) => (value === i ? member : `${member} = ${value}`)))}\n};`);
      return lines;
    },
  };
}

/** The enumerators of the definition that has this one, with their values; undefined when there is none, or one that is more than a count. */
function enumeratorsAround(name: string, enums: readonly string[]): readonly (readonly [string, number])[] | undefined {
  if (!/^[A-Z][A-Z0-9_]+$/.test(name)) return undefined;
  for (const body of enums) {
    if (!new RegExp(`\\b${name}\\b`).test(body)) continue;
    const members: [string, number][] = [];
    let next = 0;
    for (const item of body.split(',').map((i) => i.trim()).filter((i) => i !== '')) {
      const parts = /^(\w+)(?:\s*=\s*(\d+))?$/.exec(item);
      if (!parts) return undefined;
      if (parts[2] !== undefined) next = Number(parts[2]);
      members.push([parts[1]!, next++]);
    }
    return members;
  }
  return undefined;
}

function wrapped(items: readonly string[]): string {
  const lines: string[] = [];
  let line = '';
  for (const item of items) {
    if (line !== '' && line.length + item.length > 78) {
      lines.push(line);
      line = '';
    }
    line += `${line === '' ? '\t' : ' '}${item},`;
  }
  if (line !== '') lines.push(line);
  return lines.join('\n');
}
