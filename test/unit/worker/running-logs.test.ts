import { silentLog, systemClock } from '#framework';
import { describe, expect, it } from 'vitest';

import { taskId, runId } from '../../../framework/core/ids.ts';
import type { Executor } from '../../../framework/store/database.ts';
import type { Started } from '../../../framework/store/runs/start-tasks.ts';
import { RunningLogs } from '../../../framework/worker/running-logs.ts';
import { TaskLog } from '../../../framework/worker/task-log.ts';

const started: Started = {
  runId: runId(1),
  taskId: taskId('t'),
  mapIndex: 0,
  seq: 1,
  fence: 7,
  attempt: 1,
  mapTotal: null,
  dagId: 'd',
  graphHash: 'h',
  recordId: null,
  window: undefined,
  params: {},
};

/** Keeps what statements would store: for each its lines, and whether some may be there already. */
class Stored implements Executor {
  readonly statements: { readonly lines: unknown; readonly mayBeThere: unknown }[] = [];
  before: () => Promise<void> = async () => {};

  readonly run: Executor['run'] = async (_, values = []) => {
    await this.before();
    this.statements.push({ lines: values[8], mayBeThere: values[10] });
    return [];
  };
}

function open(): { readonly stored: Stored; readonly logs: RunningLogs; readonly log: TaskLog } {
  const stored = new Stored();
  const logs = new RunningLogs({ database: stored, log: silentLog });
  const log = new TaskLog({ process: silentLog, clock: systemClock, show: () => {} });
  logs.begin(started, log);
  return { stored, logs, log };
}

describe('the logs of running tries', () => {
  it('cost one statement for a try that ends before the second flush, and none for one that logs nothing', async () => {
    const { stored, logs, log } = open();
    log.info('one');
    await logs.flush();
    log.info('two');
    await logs.end(started);
    expect(stored.statements).toEqual([{ lines: ['one', 'two'], mayBeThere: [false, false] }]);

    const silent = open();
    for (let count = 0; count < 3; count += 1) await silent.logs.flush();
    await silent.logs.end(started);
    expect(silent.stored.statements).toEqual([]);
  });

  it('store the rest of a try behind what is being stored', async () => {
    const { stored, logs, log } = open();
    await logs.flush();
    log.info('one');
    const gate = Promise.withResolvers<void>();
    stored.before = () => gate.promise;
    const flushing = logs.flush();
    log.info('two');
    stored.before = async () => {};
    const ending = logs.end(started);
    gate.resolve();
    await Promise.all([flushing, ending]);
    expect(stored.statements.map(({ lines }) => lines)).toEqual([['one'], ['two']]);
  });

  it('store again what may not have been stored, once and in order', async () => {
    const { stored, logs, log } = open();
    await logs.flush();
    log.info('one');
    stored.before = () => Promise.reject(new Error('the connection broke'));
    await logs.flush();
    log.info('two');
    stored.before = async () => {};
    await logs.flush();
    log.info('three');
    await logs.end(started);
    expect(stored.statements).toEqual([
      { lines: ['one', 'two'], mayBeThere: [true, true] },
      { lines: ['three'], mayBeThere: [false] },
    ]);
  });
});
