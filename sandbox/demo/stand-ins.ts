import { join } from 'node:path';

import type { Clock } from '#framework';

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
}

/** The zone of `dags/veeva-log.ts`. */
const ZONE = 'UTC';

/** The stand-ins of a demo, with what earlier ones left in them. */
export function startStandIns({ home, state, clock, databaseUrl, sizes }: StandInOptions): Promise<Sandbox> {
  return startSandbox({
    directory: join(home, 'sandbox'),
    databaseUrl,
    clock,
    vault: { ...sizes, enabledAt: state.enabledAt, zone: ZONE },
  });
}
