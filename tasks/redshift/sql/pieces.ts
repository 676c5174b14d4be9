/** The Data API takes 100 KB; the rest of the statement is short. */
const PIECE_BYTES = 80_000;
const SEPARATOR_BYTES = 12;

/** Groups texts, each with its comma or line, so that each group stays inside one statement, or inside fewer bytes. */
export function inPieces(texts: readonly string[], most = PIECE_BYTES): readonly (readonly string[])[] {
  const pieces: string[][] = [];
  let room = 0;
  for (const text of texts) {
    const bytes = Buffer.byteLength(text) + SEPARATOR_BYTES;
    if (pieces.length === 0 || bytes > room) {
      pieces.push([]);
      room = most;
    }
    pieces.at(-1)?.push(text);
    room -= bytes;
  }
  return pieces;
}
