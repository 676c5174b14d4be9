import type { StoredVersion } from './bucket-state.ts';
import { S3Error } from './errors.ts';
import { type S3Request, header } from './message.ts';

/** Refuses a write whose If-Match or If-None-Match does not hold for the current object. */
export function checkWrite(request: S3Request, current: StoredVersion | undefined): void {
  const noneMatch = header(request, 'if-none-match');
  const match = header(request, 'if-match');
  if (noneMatch !== undefined && noneMatch !== '*') {
    throw new S3Error('NotImplemented', 'If-None-Match on a write supports only "*".');
  }
  if (noneMatch === '*' && current !== undefined) throw preconditionFailed('If-None-Match');
  if (match === undefined) return;
  if (current === undefined) throw new S3Error('NoSuchKey', 'The specified key does not exist.');
  if (!matches(match, current.etag)) throw preconditionFailed('If-Match');
}

/** What a read may answer: the object, or that the client's copy is still right. */
export function checkRead(request: S3Request, current: StoredVersion): 'send' | 'not_modified' {
  const match = header(request, 'if-match');
  const noneMatch = header(request, 'if-none-match');
  if (match !== undefined && !matches(match, current.etag)) throw preconditionFailed('If-Match');
  if (match === undefined && isModifiedSince(header(request, 'if-unmodified-since'), current) === true) {
    throw preconditionFailed('If-Unmodified-Since');
  }
  if (noneMatch !== undefined) return matches(noneMatch, current.etag) ? 'not_modified' : 'send';
  return isModifiedSince(header(request, 'if-modified-since'), current) === false ? 'not_modified' : 'send';
}

/** Refuses a copy whose x-amz-copy-source-if-* does not hold for the source. */
export function checkCopySource(request: S3Request, source: StoredVersion): void {
  const match = header(request, 'x-amz-copy-source-if-match');
  const noneMatch = header(request, 'x-amz-copy-source-if-none-match');
  if (match !== undefined && !matches(match, source.etag)) throw preconditionFailed('x-amz-copy-source-If-Match');
  if (noneMatch !== undefined && matches(noneMatch, source.etag))
    throw preconditionFailed('x-amz-copy-source-If-None-Match');
}

function matches(condition: string, etag: string): boolean {
  const bare = etag.replaceAll('"', '');
  return condition.split(',').some((item) => item.trim() === '*' || item.trim().replaceAll('"', '') === bare);
}

function isModifiedSince(text: string | undefined, version: StoredVersion): boolean | undefined {
  const since = text === undefined ? Number.NaN : Date.parse(text);
  if (Number.isNaN(since)) return undefined;
  return Math.floor(Date.parse(version.modified) / 1000) > Math.floor(since / 1000);
}

function preconditionFailed(condition: string): S3Error {
  return new S3Error(
    'PreconditionFailed',
    `At least one of the pre-conditions you specified did not hold: ${condition}.`,
  );
}
