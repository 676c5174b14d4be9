import { createHash } from 'node:crypto';

/** Of Windrow's lineage, so that no other program makes the same ids. */
const NAMESPACE = Buffer.from('5b1c3a52f0b4571c9d9a6d2c0a1f7e44', 'hex');

/** A UUID of version 5: the same name gives the same one, in every process and for ever. */
export function uuidOf(name: string): string {
  const hash = createHash('sha1').update(NAMESPACE).update(name).digest().subarray(0, 16);
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
