export { type VaultSettings, readVaultSettings } from './config.ts';
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
