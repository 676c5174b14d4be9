import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { type Installation, openInstallationFolder, windrow, windrowJson } from './windrow.ts';

const Started = z.object({ runId: z.number() });
const Listed = z.array(z.object({ id: z.number() }));

describe('explain', () => {
  let at: Installation;

  beforeAll(async () => {
    at = await openInstallationFolder();
  });
  afterAll(() => at.close());

  it('tells people and programs why a run and its tasks wait', async () => {
    const { runId } = Started.parse((await windrowJson(at, 'dags trigger hello')).json);

    const text = await windrow(at, `explain run ${runId}`);
    expect(text.code).toBe(0);
    expect(text.out).toMatch(new RegExp(`^run ${runId}: running\n- .*"greet" \\(queued\\).* \\[tasks_open\\]\n`));
    expect(text.out).toContain('no worker lives. Start one: windrow worker (or up). [no_worker]');
    expect((await windrow(at, `explain task ${runId} count`)).out).toContain('waits for "greet" (queued)');
    expect(await windrowJson(at, `explain task ${runId} count`)).toMatchObject({
      code: 0,
      json: {
        kind: 'task',
        run: runId,
        task: 'count',
        state: 'none',
        reasons: [{ code: 'waits_for_upstream', facts: { rule: 'all_success', total: 1 } }],
      },
    });
  });

  it('follows a record to the task that keeps it', async () => {
    await windrow(at, 'dags trigger orders --window 2026-01-20T13:00Z..2026-01-20T14:00Z');
    const [record] = Listed.parse((await windrowJson(at, 'records list --pipeline orders')).json);
    expect(await windrowJson(at, `explain record ${record?.id}`)).toMatchObject({
      code: 0,
      json: {
        kind: 'record',
        record: record?.id,
        state: 'PENDING',
        reasons: [{ code: 'has_run' }, { code: 'tasks_open' }, { code: 'no_worker' }],
      },
    });
  });

  it('answers for an instance of a mapped task, and says how many there are where there is none such', async () => {
    const { runId } = Started.parse((await windrowJson(at, 'dags trigger parcels')).json);
    const ofInstance = (words: string) => windrow(at, `explain task ${runId} ${words}`);
    expect(await windrowJson(at, `explain task ${runId} 'load[1]'`)).toMatchObject({
      code: 0,
      json: {
        kind: 'task',
        run: runId,
        task: 'load',
        instance: 1,
        state: 'none',
        reasons: [{ code: 'not_expanded' }, {}],
      },
    });
    expect(await ofInstance('east[0]')).toMatchObject({
      code: 3,
      err: expect.stringContaining(`There is no east[0] of run ${runId}: task "east" has no instances.`),
    });
    expect(await ofInstance('west[x]')).toMatchObject({ code: 3, err: expect.stringContaining('no task "west[x]"') });
    await windrow(at, 'dags test parcels');
    const [tested] = Listed.parse((await windrowJson(at, 'runs list --dag parcels --limit 1')).json);
    expect((await windrow(at, `explain task ${tested?.id} 'load[1]'`)).out).toMatch(
      /^task load\[1\] of run \d+: success\n- Task "load\[1\]" of run \d+ succeeded/,
    );
    expect((await windrow(at, `explain task ${tested?.id} 'load[7]'`)).err).toContain(
      `There is no load[7] of run ${tested?.id}: task "load" has 3 instances, load[0] to load[2].`,
    );
  });

  it.each(['explain run 99999', 'explain record 99999', 'explain task 99999 greet', 'explain task 1 nonsense'])(
    'ends "%s" as not found',
    async (words) => {
      expect(await windrow(at, words)).toMatchObject({
        code: 3,
        out: '',
        err: expect.stringMatching(/^windrow: There is no/),
      });
      expect(await windrowJson(at, words)).toMatchObject({ code: 3, json: { error: { code: 'E_NOT_FOUND' } } });
    },
  );

  it("names the run that is not there, rather than the run's task", async () => {
    expect((await windrow(at, 'explain task 99999 greet')).err).toContain('There is no run 99999. The newest: windrow');
  });

  it.each(['explain run zero', 'explain'])('refuses "%s"', async (words) => {
    expect((await windrow(at, words)).code).toBe(2);
  });
});
