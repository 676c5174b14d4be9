import { DataFailure } from '#framework';

import type { ContentPart } from './content-address.ts';

const VERSION_ID = /^(\d+)_(\d+)_(\d+)$/;

/**
 * The folder of a version in the store: `documents/101/0_1/`.
 * @throws DataFailure `E_DOCUMENT_ID` where the id is not that of a version
 */
export function versionFolder(version: string): string {
  const [, document, major, minor] = VERSION_ID.exec(version) ?? [];
  if (document !== undefined) return `documents/${document}/${major}_${minor}/`;
  throw new DataFailure(
    'E_DOCUMENT_ID',
    `The export names the document version "${version}". Expected an id such as 101_0_1 (document, major and minor number).`,
    { details: { version } },
  );
}

/** `documents/101/0_1/source/Cleaning.pdf`, `documents/101/0_1/text.txt`. */
export function contentKey(version: string, part: ContentPart, fileName: string | undefined): string {
  const folder = versionFolder(version);
  return part === 'text' ? `${folder}text.txt` : `${folder}source/${fileName ?? 'file'}`;
}

/** What is known of a stored content; written behind it, so that it means "whole". */
export function receiptKey(version: string, part: ContentPart): string {
  return `${versionFolder(version)}${part}.json`;
}
