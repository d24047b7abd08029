export const projectDir: string;
export const kernelsDir: string;
export type TreeVersion = '6.1' | '6.12';
export const trees: Readonly<Record<TreeVersion, string>>;
export const packages: readonly string[];
export function treeDir(version: TreeVersion): string;
export function overlay(tree: string, copy: string, changed: Readonly<Record<string, string>>): void;
