import { createHash } from 'node:crypto';

/** The longest name that Redshift has for a table or column; a longer one it would cut without a word. */
const MOST_BYTES = 127;
const MARK_LENGTH = 8;

/**
 * A name that every target takes whole: a longer one keeps its beginning and gets a mark of the whole in front of the suffix, so
 * that two that begin alike stay apart.
 */
export function boundedName(name: string, suffix = ''): string {
  const bytes = Buffer.from(name);
  const room = MOST_BYTES - Buffer.byteLength(suffix);
  if (bytes.length <= room) return name + suffix;
  // A streaming decoder leaves out the character that the cut divides.
  const beginning = new TextDecoder().decode(bytes.subarray(0, room - MARK_LENGTH - 1), { stream: true });
  return `${beginning}_${createHash('sha256').update(name).digest('hex').slice(0, MARK_LENGTH)}${suffix}`;
}
