import { onlyGiven } from '#framework';

/** What a person chooses of a Vault; absent: as remembered, or as usual. */
export interface VaultSizes {
  readonly seed?: number;
  readonly objects?: number;
  readonly rows?: number;
}

/** Only what was chosen, so that it can be laid over what is remembered. */
export function vaultSizes({ seed, objects, rows }: VaultSizes): VaultSizes {
  return onlyGiven({ seed, objects, rows });
}
