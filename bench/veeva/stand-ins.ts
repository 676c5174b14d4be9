import { type Closable, Temporal, closeAll } from '#framework';
import { openEmbeddedPostgres } from '#framework/operate';
import { startSandbox } from '#sandbox';
import { z } from 'zod';

import { ownSeconds, postgresSeconds } from './processor-time.ts';

/** The stand-ins as a process of their own, so that what they cost can be told apart. Its parent ends it by closing the channel. */
const Options = z.object({
  directory: z.string(),
  now: z.string(),
  vault: z
    .object({
      objects: z.number(),
      rows: z.number(),
      changesPerWindow: z.number(),
      enabledAt: z.string(),
      firstFull: z.object({ path: z.string(), records: z.number() }).optional(),
    })
    .optional(),
});

const { directory, now, vault } = Options.parse(JSON.parse(process.argv[2] ?? '{}'));
const instant = Temporal.Instant.from(now);
// The warehouse of a user has disks of its own: its stand-in does not make Windrow's own database wait for this one.
const postgres = await openEmbeddedPostgres({ directory: `${directory}/postgres`, durable: false });
const opened: Closable[] = [postgres];
const sandbox = await startSandbox({
  directory: `${directory}/sandbox`,
  databaseUrl: postgres.url,
  clock: { now: () => instant },
  ...(vault === undefined
    ? { without: ['vault'] }
    : {
        vault: { ...vault, enabledAt: Temporal.Instant.from(vault.enabledAt), firstFull: vault.firstFull, zone: 'UTC' },
      }),
});
opened.push(sandbox);
process.on('message', () => {
  const { calls, statements } = sandbox.redshift?.usage() ?? { calls: 0, statements: 0 };
  void postgresSeconds(directory).then((postgresTook) =>
    process.send?.({ seconds: postgresTook + ownSeconds(), calls, statements }),
  );
});
process.once('disconnect', () => void closeAll(opened));
process.send?.({ environment: sandbox.environment, databaseUrl: postgres.url });
