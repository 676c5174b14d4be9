import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';

import { RemoteFailure } from '#framework';

import type { DocumentContent } from './content-address.ts';

export interface ContentCheck {
  readonly stream: Transform;
  /** Of everything that passed. */
  readonly passed: () => { readonly bytes: number; readonly sha256: string };
}

/** Passes the bytes of a content on and fails at their end where they are not as many as Vault says. */
export function contentCheck(content: DocumentContent, expected: number | undefined): ContentCheck {
  const hash = createHash('sha256');
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      done(expected === undefined || expected === bytes ? null : wrongSize(content, expected, bytes));
    },
  });
  return { stream, passed: () => ({ bytes, sha256: hash.copy().digest('hex') }) };
}

function wrongSize({ part, version }: DocumentContent, expected: number, found: number): RemoteFailure {
  return new RemoteFailure(
    'E_VAULT_CONTENT_SIZE',
    `The ${part} of document version ${version} arrived with ${found} bytes; its size__v is ${expected}. Nothing of it was kept; it is fetched again.`,
    { details: { version, expectedBytes: expected, foundBytes: found } },
  );
}
