import { S3Error } from './errors.ts';

/** Bytes `from` to `to`, both included. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** Reads `bytes=a-b`, `bytes=a-` or `bytes=-n`; anything else asks for the whole object. @throws S3Error `InvalidRange` */
export function readRange(text: string | undefined, size: number): ByteRange | undefined {
  const asked = askedFor(text ?? '', size);
  if (asked === undefined || asked.from > asked.to) return undefined;
  if (asked.from < size) return { from: asked.from, to: Math.min(asked.to, size - 1) };
  throw new S3Error('InvalidRange', `The requested range "${text}" is not satisfiable: the object has ${size} bytes.`, {
    'content-range': `bytes */${size}`,
  });
}

/** As it was asked for, perhaps beyond the end; no bytes at all are beyond the end. */
function askedFor(text: string, size: number): ByteRange | undefined {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(text) ?? [];
  if (first !== undefined) return { from: Number(first), to: last === '' ? Infinity : Number(last) };
  const [, count] = /^bytes=-(\d+)$/.exec(text) ?? [];
  return count === undefined
    ? undefined
    : { from: count === '0' ? size : Math.max(0, size - Number(count)), to: Infinity };
}
