import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { eventually } from '../support/engine.ts';
import { FIXTURES, type Installation, openInstallationFolder, start, windrow, windrowJson } from './windrow.ts';

const FIELD = { project: join(FIXTURES, 'project-with-previous.ts') };
const Triggered = z.object({ runId: z.number(), recordId: z.number().nullable() });
const State = z.object({ state: z.string() });

describe('a window behind one that was cancelled, where one may be active', () => {
  let at: Installation;
  beforeEach(async () => {
    at = await openInstallationFolder(FIELD);
  });
  afterEach(() => at.close());

  async function trigger(dag: string, hour: number): Promise<z.infer<typeof Triggered>> {
    const window = `2026-01-20T0${hour}:00Z..2026-01-20T0${hour + 1}:00Z`;
    return Triggered.parse((await windrowJson(at, `dags trigger ${dag} --window ${window}`)).json);
  }

  async function succeed(...runs: readonly number[]): Promise<void> {
    const up = start(at, 'up');
    await up.hears('Windrow is ready');
    for (const run of runs)
      await eventually(`the success of run ${run}`, async () =>
        State.parse((await windrowJson(at, `runs show ${run}`)).json).state === 'success' ? true : undefined,
      );
    up.signal('SIGTERM');
    expect(await up.end).toMatchObject({ code: 0 });
  }

  it('goes on once that window is given up by the command that explain names', async () => {
    const first = await trigger('chain', 0);
    expect((await windrow(at, `runs skip ${first.runId} --reason no`)).err).toContain(
      `Run ${first.runId} is running. Wait for its end, or cancel it: windrow runs cancel ${first.runId}`,
    );
    await windrow(at, `runs cancel ${first.runId}`);
    const second = await trigger('chain', 1);
    const why = await windrow(at, `explain task ${second.runId} load`);
    expect(why.out).toContain(`To give that window up: windrow runs skip ${first.runId} --reason TEXT`);
    expect(await windrow(at, `runs skip ${first.runId} --reason 'the shop was closed'`)).toMatchObject({
      code: 0,
      out: expect.stringContaining('Later windows go on'),
    });
    expect((await windrow(at, `explain run ${first.runId}`)).out).toContain('given up: the shop was closed');
    expect((await windrow(at, `runs skip ${first.runId} --reason again`)).err).toContain('given up already');
    await succeed(second.runId);
  });

  it('lets that window be done again, by the commands that explain names', async () => {
    const first = await trigger('chain', 0);
    await windrow(at, `runs cancel ${first.runId}`);
    const second = await trigger('chain', 1);
    const why = await windrow(at, `explain task ${second.runId} load`);
    const again =
      /make room first: windrow (.+), then windrow (.+), then windrow (.+?)\. /.exec(why.out)?.slice(1) ?? [];
    expect(again).toEqual([
      `runs cancel ${second.runId}`,
      `runs rerun ${first.runId} --failed`,
      `runs rerun ${second.runId} --failed`,
    ]);
    for (const words of again) expect(await windrow(at, `${words} --json`)).toMatchObject({ code: 0 });
    await succeed(first.runId, second.runId);
  });

  it('says how that window gets a place which waits for one', async () => {
    const first = await trigger('chain', 0);
    await windrow(at, `runs cancel ${first.runId}`);
    const second = await trigger('chain', 1);
    await windrow(at, `runs rerun ${first.runId} --failed --queue`);
    const why = await windrow(at, `explain task ${second.runId} load`);
    expect(why.out).toContain(`run ${first.runId} is queued`);
    expect(why.out).toContain(
      `give it the place: windrow runs cancel ${second.runId}, then windrow runs rerun ${second.runId} --failed`,
    );
    await windrow(at, `runs cancel ${second.runId}`);
    await windrow(at, `runs rerun ${second.runId} --failed --queue`);
    await succeed(first.runId, second.runId);
  });

  it('with records goes on once the record before is skipped by the command that explain names', async () => {
    const first = await trigger('windows', 0);
    expect((await windrow(at, `runs skip ${first.runId} --reason no`)).err).toContain(
      `windrow records skip ${first.recordId} --reason TEXT`,
    );
    await windrow(at, `records cancel ${first.recordId}`);
    const second = await trigger('windows', 1);
    const why = await windrow(at, `explain task ${second.runId} load`);
    expect(why.out).toContain(`To give that window up: windrow records skip ${first.recordId} --reason TEXT`);
    expect(await windrow(at, `records skip ${first.recordId} --reason closed`)).toMatchObject({ code: 0 });
    await succeed(second.runId);
  });
});
