// Reads a zip file (a VSIX is one): names and contents. Enough for what vsce writes.
import fs from 'node:fs';
import { inflateRawSync } from 'node:zlib';

const END = 0x06054b50;
const ENTRY = 0x02014b50;

/** Map from name to a function that gives the content. */
export function readZip(file) {
  const bytes = fs.readFileSync(file);
  let end = bytes.length - 22;
  while (bytes.readUInt32LE(end) !== END) end--;
  const files = new Map();
  let at = bytes.readUInt32LE(end + 16);
  for (let count = bytes.readUInt16LE(end + 10); count > 0; count--) {
    if (bytes.readUInt32LE(at) !== ENTRY) throw new Error(`${file}: no entry at ${at}`);
    const method = bytes.readUInt16LE(at + 10);
    const size = bytes.readUInt32LE(at + 20);
    const nameLength = bytes.readUInt16LE(at + 28);
    const local = bytes.readUInt32LE(at + 42);
    files.set(bytes.toString('utf8', at + 46, at + 46 + nameLength), () => {
      const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
      const content = bytes.subarray(start, start + size);
      return method === 0 ? content : inflateRawSync(content);
    });
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return files;
}
