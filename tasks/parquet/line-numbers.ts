import { createReadStream } from 'node:fs';

/** The line of each position of a file, counted from 1. Reads the file once; the positions are in ascending order. */
export async function lineNumbers(path: string, positions: readonly number[]): Promise<readonly number[]> {
  const last = positions.at(-1) ?? 0;
  const found: number[] = [];
  let line = 1;
  let base = 0;
  const pass = (position: number): void => {
    while (found.length < positions.length && (positions[found.length] ?? 0) <= position) found.push(line);
  };
  if (last > 0) {
    for await (const chunk of createReadStream(path, { end: last - 1 })) {
      const bytes: Buffer = chunk;
      for (let feed = bytes.indexOf(10); feed >= 0; feed = bytes.indexOf(10, feed + 1)) {
        pass(base + feed);
        line += 1;
      }
      base += bytes.length;
    }
  }
  pass(last);
  return found;
}
