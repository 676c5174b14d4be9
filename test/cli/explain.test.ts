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

  it.each(['explain run zero', 'explain'])('refuses "%s"', async (words) => {
    expect((await windrow(at, words)).code).toBe(2);
  });
});
