import { S3Error } from './errors.ts';

/** Bytes `from` to `to`, both included. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** Reads `bytes=a-b`, `bytes=a-` or `bytes=-n`; anything else asks for the whole object. @throws S3Error `InvalidRange` */
export function readRange(text: string | undefined, size: number): ByteRange | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(text ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== '' && last !== '' && Number(last) < from) return undefined;
  if (from >= size || (first === '' && Number(last) === 0)) {
    throw new S3Error('InvalidRange', `The requested range "${text}" is not satisfiable: the object has ${size} bytes.`, {
      'content-range': `bytes */${size}`,
    });
  }
  return { from, to };
}
