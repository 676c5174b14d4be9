import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';

import { DataFailure, RemoteFailure } from '#framework';

import type { FilePart, ListedFile } from './file-list.ts';

/**
 * Passes the bytes of a part on and fails at their end, before the store makes them visible, when size or md5 are
 * not those that Vault listed.
 */
export function partCheck(part: FilePart): Transform {
  const md5 = createHash('md5');
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      md5.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      done(wrongPart(part, { bytes, md5: md5.digest('hex') }));
    },
  });
}

function wrongPart(part: FilePart, found: { readonly bytes: number; readonly md5: string }): Error | null {
  const details = {
    part: part.name,
    expectedBytes: part.bytes,
    foundBytes: found.bytes,
    expectedMd5: part.md5 ?? null,
    foundMd5: found.md5,
  };
  if (found.bytes !== part.bytes) {
    return new RemoteFailure(
      'E_VAULT_PART_SIZE',
      `The part ${part.name} arrived with ${found.bytes} bytes; Vault listed ${part.bytes}. Nothing of it was kept; the download is tried again.`,
      { details },
    );
  }
  if (part.md5 !== undefined && found.md5 !== part.md5) {
    return new DataFailure(
      'E_VAULT_PART_MD5',
      `The part ${part.name} arrived with md5 ${found.md5}; Vault listed ${part.md5}. Nothing of it was kept. ` +
        `If a re-run of the window finds the same, the file is damaged in Vault: ask Veeva to publish it again.`,
      { details },
    );
  }
  return null;
}

/** @throws DataFailure `E_VAULT_PARTS_INCOMPLETE` unless the parts are numbered 1 to n and their sizes add up */
export function requireWholeFile(file: ListedFile): void {
  const bytes = file.parts.reduce((sum, part) => sum + part.bytes, 0);
  const inOrder = file.parts.every((part, index) => part.number === index + 1);
  if (inOrder && file.parts.length === file.partCount && bytes === file.bytes) return;
  throw new DataFailure(
    'E_VAULT_PARTS_INCOMPLETE',
    `Vault lists the file ${file.filename} with ${file.partCount} parts and ${file.bytes} bytes, but describes the parts ` +
      `${file.parts.map((part) => part.number).join(', ') || 'none'} with ${bytes} bytes. Re-run the window; if it stays, ask Veeva to publish the file again.`,
    { details: { file: file.filename, expectedParts: file.partCount, expectedBytes: file.bytes, foundBytes: bytes } },
  );
}
