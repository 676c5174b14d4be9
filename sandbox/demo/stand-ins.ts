import { join } from 'node:path';

import type { Clock } from '#framework';

import { type Claim, claimDirectory } from '../claim.ts';
import { type Sandbox, startSandbox } from '../start.ts';
import type { VaultSizes } from '../vault-sizes.ts';
import type { DemoState } from './demo-state.ts';

export interface StandInOptions {
  readonly home: string;
  readonly state: DemoState;
  readonly clock: Clock;
  /** The PostgreSQL server that Redshift's stand-in keeps its tables on. */
  readonly databaseUrl: string;
  readonly sizes: VaultSizes;
  readonly claim: Claim;
}

export function standInFolder(home: string): string {
  return join(home, 'sandbox');
}

/** Taken before anything else in `home` is touched, so that two demos never share it. */
export function claimStandIns(home: string): Claim {
  return claimDirectory(standInFolder(home));
}

/** The zone of `dags/veeva-log.ts`. */
const ZONE = 'UTC';

/** The stand-ins of a demo, with what earlier ones left in them. */
export function startStandIns(options: StandInOptions): Promise<Sandbox> {
  const { home, state, clock, databaseUrl, sizes, claim } = options;
  return startSandbox({
    directory: standInFolder(home),
    databaseUrl,
    clock,
    claim,
    vault: { ...sizes, enabledAt: state.enabledAt, zone: ZONE },
  });
}
