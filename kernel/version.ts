/** Versions of the kernel. */
import type { Lifetime, Version } from './types';

/** Reads `6.12`, and `v6.12.3-rc1` as well: major and minor number count. Undefined for anything else. */
export function parseVersion(text: string): Version | undefined {
  const found = /^v?(\d{1,4})\.(\d{1,4})(?!\d)/.exec(text);
  return found === null ? undefined : [Number(found[1]), Number(found[2])];
}

/** The version that the top-level Makefile of a kernel tree names; undefined when the text is no such file. */
export function versionOfMakefile(text: string): Version | undefined {
  const [major, minor] = ['VERSION', 'PATCHLEVEL'].map((name) => new RegExp(`^${name} *= *(\\d{1,4}) *$`, 'm').exec(text)?.[1]);
  return major === undefined || minor === undefined ? undefined : [Number(major), Number(minor)];
}

/**
 * Does what lives so long exist in this version of Linux? Undefined where one cannot tell by major and minor number: stable releases of the
 * version got it, or lost it, at some time.
 */
export function existsIn({ since, until, backported }: Lifetime, version: Version): boolean | undefined {
  if (backported?.into.some((into) => compare(into, version) === 0) === true) return undefined;
  return (since === undefined || compare(since, version) <= 0) && (until === undefined || compare(version, until) <= 0);
}

export function versionText([major, minor]: Version): string {
  return `${major}.${minor}`;
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1];
}
