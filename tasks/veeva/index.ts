export { type VaultSettings, readVaultSettings } from './config.ts';
export { CHOSEN_PARTS } from './documents/content-choice.ts';
export { type DocumentVersion, versionFromLine } from './documents/document-version.ts';
export { documentsPrefix, listKey } from './documents/list-versions.ts';
export type { ContentOutcome } from './documents/store-content.ts';
export { storeDocuments } from './documents/store-documents.ts';
export { type VaultOpened, vaultConnection } from './connector.ts';
export { EXTRACT_KINDS, type ExtractKind } from './files/extract-kind.ts';
export { type Gap, type GapRecord, findGaps } from './files/find-gaps.ts';
export type { FilePart, ListedFile, ListedHole, ListedItem } from './files/file-list.ts';
export { type VeevaSourceOptions, veevaSource } from './source.ts';
export {
  type CallOptions,
  type ListQuery,
  type Listing,
  type VaultClient,
  type VaultClientTools,
  openVaultClient,
} from './client.ts';
export type { RetryPolicy } from './vault/retry.ts';
