import { type AddressRules, safeAddress } from '../vault/part-address.ts';

export const CONTENT_PARTS = ['source', 'text'] as const;
export type ContentPart = (typeof CONTENT_PARTS)[number];

/** One content of one document version. */
export interface DocumentContent {
  readonly part: ContentPart;
  /** `101_0_1`: document, major and minor number. */
  readonly version: string;
  /** Where the export says that the source file is; absent: at the documented path. */
  readonly source?: string | undefined;
}

/**
 * Where a content is fetched. Whether `source_file` is a path or a whole address is not documented, so both are understood.
 * @throws DataFailure `E_VAULT_FOREIGN_URL` when it leads to a host that must not see the session
 */
export function contentAddress({ part, version, source }: DocumentContent, rules: AddressRules): URL {
  const [document, major, minor] = version.split('_').map(encodeURIComponent);
  const folder = `/api/${rules.apiVersion}/objects/documents/${document}/versions/${major}/${minor}`;
  if (part === 'text') return new URL(`${folder}/text`, rules.url);
  if (source === undefined) return new URL(`${folder}/file`, rules.url);
  const address = URL.canParse(source, rules.url) ? new URL(source, rules.url) : undefined;
  return safeAddress(address, { what: `file of document version ${version}`, rules });
}
