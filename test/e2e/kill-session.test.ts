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

const NO_PROCEDURES = { kind: 'permission_denied', privilege: 'create_procedure' } as const;

describe.each([
  { path: 'procedure', window: WINDOW, rules: [] },
  { path: 'session', window: WINDOW + 1, rules: [NO_PROCEDURES] },
])('a worker that is killed in a $path, whose open transaction locks the load log', ({ path, window, rules }) => {
  it('leaves a window that a new one completes, once', async () => {
    const { faults } = veeva.sandbox.redshift;
    const held = {
      kind: 'slow_statement',
      ms: 60_000,
      matching: 'insert into .{0,20}windrow_load_log',
      times: 1,
    } as const;
    faults.set([...rules, held]);
    veeva.publish(window);
    const killed = startWorkerProcess(veeva);
    await eventually('the last statement', async () => (faults.rules.length === rules.length ? true : undefined));
    await killed.kill();
    expect(await veeva.find(window)).toMatchObject({ pipelineStatus: 'IN_PROGRESS' });
    // What it had sent goes on without it.
    faults.clear();
    faults.set(rules);

    const next = startWorkerProcess(veeva);
    await veeva.completed(window);
    await next.close();
    expect(await lastReceipt()).toContain(`"path":"${path}"`);
    expect(await veeva.loads(window)).toHaveLength(1);
    expect(await veeva.differences(window)).toEqual([]);
  });
});
