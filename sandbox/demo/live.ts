import { type WindowRecord, Temporal, windowText } from '#framework';
import { listRecords } from '#framework/operate';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Demo } from './open-demo.ts';
import type { DemoTools } from './run-demo.ts';
import { verify } from './verify.ts';

/** A window of 15 minutes every 30 seconds. */
const RATE = 30;
const LOOK_MS = 500;

interface LiveTools extends Pick<DemoTools, 'out'> {
  readonly stop: AbortSignal;
}

/** Lets the simulated time run and tells every new window, verified, until Ctrl-C. */
export async function goLive(demo: Demo, { out, stop }: LiveTools): Promise<void> {
  out.write('A new window every 30 seconds, until Ctrl-C.\n');
  demo.clock.run(RATE);
  const told = new Set((await completed(demo)).map(({ id }) => id));
  while (!stop.aborted) {
    for (const record of await completed(demo)) {
      if (told.has(record.id)) continue;
      told.add(record.id);
      out.write(`${await line(demo, record)}\n`);
    }
    await sleep(LOOK_MS, undefined, { signal: stop }).catch(() => {});
  }
}

async function completed({ windrow }: Demo): Promise<readonly WindowRecord[]> {
  const newest = await listRecords(windrow.store.database, { status: 'COMPLETED', limit: 200 });
  return newest.toReversed();
}

async function line(demo: Demo, record: WindowRecord): Promise<string> {
  const { audit } = record;
  const done = `record ${record.id} ${record.pipelineId} ${windowText(record.window)}: ${audit.targetCount ?? 0} rows, audit ${audit.result ?? '-'}`;
  return record.pipelineId === 'veeva_incremental' ? `${done}, ${await verdict(demo, record)}` : done;
}

/** The log tables are left to the verification at the start: their day ends once a simulated day. */
async function verdict(demo: Demo, record: WindowRecord): Promise<string> {
  const { vault } = demo.sandbox;
  if (vault === undefined) return 'not verified';
  const { mismatches, rows } = await verify({
    vault,
    reader: demo.reader,
    windowsTo: record.window.end,
    logsTo: Temporal.Instant.from('2000-01-01T00:00Z'),
  });
  const differing = mismatches.filter(({ table }) => !table.endsWith('_audit_trail'));
  return differing.length === 0 ? `${rows} rows verified` : `${differing.length} DIFFERENCES`;
}
