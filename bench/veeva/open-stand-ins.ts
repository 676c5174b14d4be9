import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { Closable } from '#framework';
import { z } from 'zod';

const SCRIPT = fileURLToPath(new URL('./stand-ins.ts', import.meta.url));
/** An archive that the Vault publishes as its first Full. */
export interface FirstFull {
  readonly path: string;
  readonly records: number;
}

export interface StandInOptions {
  readonly directory: string;
  /** The time that they live in. */
  readonly now: string;
  /** Absent: there is no Vault. */
  readonly vault?: {
    readonly objects: number;
    readonly rows: number;
    readonly changesPerWindow: number;
    readonly enabledAt: string;
    readonly firstFull?: FirstFull;
  };
}

export interface StandIns extends Closable {
  readonly environment: Readonly<Record<string, string>>;
  /** The PostgreSQL behind Redshift. */
  readonly databaseUrl: string;
  /** What they have done so far. */
  readonly work: () => Promise<Work>;
}

const Work = z.object({
  /** Processor time, that of their PostgreSQL included. */
  seconds: z.number(),
  /** Round trips to the Redshift Data API, and SQL statements in them. */
  calls: z.number(),
  statements: z.number(),
});
type Work = z.infer<typeof Work>;

const Ready = z.object({ environment: z.record(z.string(), z.string()), databaseUrl: z.string() });

/** Starts the stand-ins in a process of their own and leads this process's SDKs to them. */
export async function openStandIns(options: StandInOptions): Promise<StandIns> {
  const child = fork(SCRIPT, [JSON.stringify(options)]);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const answer = async (): Promise<unknown> => {
    const lost = ended.then(() => Promise.reject(new Error('The process of the stand-ins has ended; see above.')));
    const [message]: unknown[] = await Promise.race([once(child, 'message'), lost]);
    return message;
  };
  const { environment, databaseUrl } = Ready.parse(await answer());
  // The SDKs read credentials from the process; everything else goes by the settings.
  Object.assign(process.env, environment);
  return {
    environment,
    databaseUrl,
    work: async () => {
      child.send('work');
      return Work.parse(await answer());
    },
    close: async () => {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
