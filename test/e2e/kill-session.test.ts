import { redshiftConnection } from '#tasks/redshift';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { eventually } from '../support/engine.ts';
import { type VeevaInstallation, loadFull, openVeeva } from '../support/veeva-installation.ts';
import { startWorkerProcess } from '../support/worker-process.ts';

/** So many that a window's transaction has more than the 40 statements of one batch. */
const OBJECTS = 24;
const VAULT = { objects: OBJECTS, rows: 5 * OBJECTS, changesPerWindow: 5 * OBJECTS };
/** The windows before it are done by a worker of their own; in some of them nobody of the simulated Vault works. */
const WINDOW = 7;

let veeva: VeevaInstallation;

beforeAll(async () => {
  veeva = await openVeeva({ works: false, vault: VAULT });
  const worker = startWorkerProcess(veeva);
  await loadFull(veeva);
  await worker.close();
  veeva.publish(WINDOW - 1);
  const next = startWorkerProcess(veeva);
  for (let window = 1; window < WINDOW; window += 1) await veeva.completed(window);
  await next.close();
});
afterAll(() => veeva.close());

async function lastReceipt(): Promise<string> {
  const { warehouse } = await veeva.windrow.connections.get(redshiftConnection);
  const sql = 'select receipt from vault.windrow_load_log order by window_end desc limit 1';
  const [row] = await warehouse.rows({ name: 'read a receipt for a test', sql });
  return row?.[0] ?? '';
}

describe('a worker that is killed in a session, whose open transaction locks the load log', () => {
  it('leaves a window that a new one completes, once', async () => {
    const { faults } = veeva.sandbox.redshift;
    faults.set([{ kind: 'slow_statement', ms: 60_000, matching: 'insert into .{0,20}windrow_load_log', times: 1 }]);
    veeva.publish(WINDOW);
    const killed = startWorkerProcess(veeva);
    await eventually('the last statement', async () => (faults.rules.length === 0 ? true : undefined));
    await killed.kill();
    expect(await veeva.find(WINDOW)).toMatchObject({ pipelineStatus: 'IN_PROGRESS' });
    // What it had sent goes on without it.
    faults.clear();

    const next = startWorkerProcess(veeva);
    await veeva.completed(WINDOW);
    await next.close();
    expect(await lastReceipt()).toContain('"path":"session"');
    expect(await veeva.loads(WINDOW)).toHaveLength(1);
    expect(await veeva.differences(WINDOW)).toEqual([]);
  });
});
