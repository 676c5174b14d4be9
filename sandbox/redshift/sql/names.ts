import { createHash } from 'node:crypto';

const LONGEST_HERE = 63;
const LONGEST_IN_REDSHIFT = 127;

/** A name as PostgreSQL holds it, and as Redshift would: the two differ beyond PostgreSQL's 63 bytes. */
export interface HeldName {
  readonly held: string;
  readonly full: string;
}

/** Names longer than 127 bytes are cut silently, as Redshift does; those longer than 63 are held under a digest. */
export function heldName(name: string): HeldName {
  // No character has more than three bytes for each of its UTF-16 units.
  if (name.length * 3 <= LONGEST_HERE) return { held: name, full: name };
  const full = cut(name, LONGEST_IN_REDSHIFT);
  if (Buffer.byteLength(full) <= LONGEST_HERE) return { held: full, full };
  const digest = createHash('sha256').update(full).digest('hex').slice(0, 16);
  return { held: `${cut(full, LONGEST_HERE - 17)}~${digest}`, full };
}

export function quoteName(name: string): string {
  return `"${heldName(name).held.replaceAll('"', '""')}"`;
}

export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as a text that is compared with the catalog. */
export function nameLiteral(name: string): string {
  return quoteLiteral(heldName(name).held);
}

/** The longest beginning of `text` that has at most `most` bytes and no half character. */
export function cut(text: string, most: number): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= most) return text;
  let end = most;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end).toString('utf8');
}
