/** Whether one of the four bytes of a word is a quote: taking 1 from a byte that is zero borrows from its highest bit. */
export function hasQuote(word: number): boolean {
  const difference = word ^ 0x22_22_22_22;
  return ((difference - 0x01_01_01_01) & ~difference & 0x80_80_80_80) !== 0;
}
