import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { type Clock, ConfigFailure, Temporal } from '#framework';

import { vaultSizes } from './vault-sizes.ts';
import type { VaultOptions } from './vault/index.ts';
import { lastMidnight } from './vault/options.ts';

const Remembered = z.strictObject({ seed: z.int(), objects: z.int(), rows: z.int(), enabledAt: z.string() });

/**
 * The options of the Vault of this directory. What a Vault holds follows from them, so the first start writes them down
 * and a later one must agree: another seed would contradict what was loaded from the first.
 */
export function rememberedVault(directory: string, given: Partial<VaultOptions>, clock: Clock): Partial<VaultOptions> {
  const path = join(directory, 'vault.json');
  const known = existsSync(path) ? Remembered.parse(JSON.parse(readFileSync(path, 'utf8'))) : firstStart(given, clock);
  const wanted = { ...known, ...vaultSizes(given), enabledAt: given.enabledAt?.toString() ?? known.enabledAt };
  const differs = (['seed', 'objects', 'rows', 'enabledAt'] as const).find((name) => wanted[name] !== known[name]);
  if (differs !== undefined) {
    throw new ConfigFailure(
      'E_SANDBOX_OTHER_VAULT',
      `The sandbox in ${directory} holds a Vault with ${differs} ${known[differs]}, not ${wanted[differs]}. Use the same value, another directory, or remove this one.`,
    );
  }
  mkdirSync(directory, { recursive: true });
  writeFileSync(path, `${JSON.stringify(known)}\n`);
  return { clock, ...given, ...known, enabledAt: Temporal.Instant.from(known.enabledAt) };
}

const USUAL = { seed: 1, objects: 12, rows: 2000 } as const;

function firstStart(given: Partial<VaultOptions>, clock: Clock): z.infer<typeof Remembered> {
  const enabledAt = given.enabledAt ?? lastMidnight(clock.now(), given.zone ?? 'America/Los_Angeles');
  return { ...USUAL, ...vaultSizes(given), enabledAt: enabledAt.toString() };
}
