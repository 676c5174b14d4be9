/** A hash of four bytes or more, a word at a time; the last word may overlap the one before. */
export function wordHash(words: DataView, from: number, to: number): number {
  const last = to - 4;
  let value = words.getInt32(last, true);
  for (let position = from; position < last; position += 4)
    value = Math.imul(value ^ words.getInt32(position, true), 0x9e_37_79_b1) ^ (value >>> 15);
  value = Math.imul(value ^ (value >>> 16), 0x85_eb_ca_6b);
  return value ^ (value >>> 13);
}
