import { once } from 'node:events';

import { Temporal, closeAll, openLog, systemClock } from '#framework';
import { openWindrow, readEngineSettings } from '#framework/operate';
import { z } from 'zod';

import { loadProject } from './load/project.ts';
import { openTarget } from './target.ts';

// What `windrow up` runs without the dashboard, over the load of the harness, which can make its event loop stand still.
const Environment = z.object({ DATABASE_URL: z.string(), CHAOS_START: z.string() });
const { DATABASE_URL, CHAOS_START } = Environment.parse(process.env);
const start = Temporal.Instant.from(CHAOS_START);
const sources = { environment: process.env, readFile: () => undefined };
const reading = readEngineSettings(sources);
if (reading.kind === 'unreadable') throw new Error(reading.problems.join('\n'));

// An orphan would go on for ever.
process.once('disconnect', () => process.exit(1));
const Order = z.object({ blockMs: z.number() });
process.on('message', (message) => {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  Atomics.wait(cell, 0, 0, Order.parse(message).blockMs);
});

const target = openTarget(DATABASE_URL);
const windrow = await openWindrow({
  project: loadProject({ start, target }),
  settings: reading.settings,
  sources,
  clock: systemClock,
  log: openLog(reading.settings.logLevel),
  random: Math.random,
});
const scheduler = windrow.startScheduler();
const worker = windrow.startWorker();
await worker.ready();
process.send?.('ready');
await once(process, 'SIGTERM');
await closeAll([target, windrow, scheduler, worker]);
process.disconnect();
