import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

import { S3Error } from './errors.ts';

/** A request as the operations see it: address taken apart, body still flowing. */
export interface S3Request {
  readonly method: string;
  readonly path: string;
  /** Empty for requests to the service itself. */
  readonly bucket: string;
  /** Empty for requests to a bucket. */
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
}

export interface S3Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | Buffer | Readable;
}

/** Path-style addresses only: `/bucket/key?query`. @throws S3Error `InvalidArgument` when it cannot be decoded */
export function addressOf(url: string): Pick<S3Request, 'path' | 'bucket' | 'key' | 'query'> {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const slash = path.indexOf('/', 1);
  const bucket = slash < 0 ? path.slice(1) : path.slice(1, slash);
  const key = slash < 0 ? '' : path.slice(slash + 1);
  const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1).replaceAll('+', '%2B'));
  try {
    return { path, bucket: decodeURIComponent(bucket), key: decodeURIComponent(key), query: new Map(query) };
  } catch {
    throw new S3Error('InvalidArgument', `The path "${path}" is not valid percent-encoded UTF-8.`);
  }
}

export function header(request: Pick<S3Request, 'headers'>, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' || value === undefined ? value : value.join(',');
}

/** A query parameter that is a whole number. @throws S3Error `InvalidArgument` */
export function queryCount(request: S3Request, name: string, most: number): number {
  const text = request.query.get(name);
  if (text === undefined) return most;
  if (!/^\d{1,10}$/.test(text)) throw new S3Error('InvalidArgument', `${name} must be a whole number, got "${text}".`);
  return Math.min(Number(text), most);
}
