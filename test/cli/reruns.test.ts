import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { type Installation, openInstallationFolder, windrow, windrowJson } from './windrow.ts';

let at: Installation;

beforeAll(async () => {
  at = await openInstallationFolder();
});
afterAll(() => at.close());

const RunId = z.object({ runId: z.number() });

describe('runs rerun', () => {
  it('shows what starts again and what stays, then does that in the same run', async () => {
    process.env['WINDROW_TEST_STOVE'] = join(at.folder, 'stove');
    const { json } = await windrowJson(at, 'dags test mendable');
    const { runId } = RunId.parse(json);

    const dry = await windrow(at, `runs rerun ${runId} --failed --dry-run`);
    expect(dry).toMatchObject({ code: 0, err: '' });
    expect(dry.out).toMatch(/^run +\d+\ndag +mendable\nstate +failed, then running\n/);
    expect(dry.out).toMatch(
      /milk +success +stays\nboil +failed +again, at once\ndrink +upstream_failed +again, behind its upstream\n/,
    );
    expect(dry.out).toContain('Dry run: nothing was changed.');
    expect((await windrowJson(at, `runs show ${runId}`)).json).toMatchObject({ state: 'failed' });

    await writeFile(join(at.folder, 'stove'), '');
    const done = await windrowJson(at, `runs rerun ${runId} --failed`);
    expect(done).toMatchObject({
      code: 0,
      json: {
        dryRun: false,
        was: 'failed',
        tasks: [{ effect: 'stays' }, { effect: 'starts' }, { effect: 'waits' }],
        run: {
          state: 'success',
          attempts: [{ taskId: 'milk' }, { taskId: 'boil' }, { taskId: 'boil', attempt: 2 }, {}],
        },
      },
    });
    expect((await windrow(at, `runs show ${runId}`)).out).toMatch(/\ntasks done again +once, 4 tries in all\n/);
    expect(await windrow(at, `explain run ${runId}`)).toMatchObject({
      code: 0,
      out: expect.stringContaining('succeeded'),
    });
    expect(await windrow(at, `runs rerun ${runId} --failed`)).toMatchObject({
      code: 4,
      err: expect.stringContaining('To do one again: --task TASK.'),
    });
  });

  it('does one task, or with everything behind it, and leaves it to a worker where that is asked', async () => {
    const { json } = await windrowJson(at, 'dags test hello');
    const { runId } = RunId.parse(json);
    expect((await windrowJson(at, `runs rerun ${runId} --task greet --dry-run`)).json).toMatchObject({
      tasks: [
        { task: 'greet', effect: 'starts' },
        { task: 'count', effect: 'stays' },
      ],
    });
    expect(await windrow(at, `runs rerun ${runId} --task greet --downstream --queue`)).toMatchObject({
      code: 0,
      out: expect.stringContaining(`Run ${runId} goes on. Its work starts as soon as a worker runs`),
    });
    expect(await windrow(at, `runs rerun ${runId} --task greet`)).toMatchObject({
      code: 4,
      err: expect.stringContaining(
        `Run ${runId} is open. Wait for its end, or cancel it: windrow runs cancel ${runId}.`,
      ),
    });
    expect((await windrow(at, `explain task ${runId} count`)).out).toContain('waits for "greet" (queued)');
  });

  it.each(['', ' --downstream', ' --failed --downstream'])(
    'asks which tasks where "runs rerun 1%s" does not say',
    async (options) => {
      expect(await windrow(at, `runs rerun 1${options}`)).toMatchObject({
        code: 2,
        err: expect.stringMatching(
          /--failed, --task TASK, or --task TASK --downstream\. For all of it start a new run/,
        ),
      });
    },
  );

  it('says what there is not', async () => {
    const { json } = await windrowJson(at, 'dags test hello');
    const { runId } = RunId.parse(json);
    expect(await windrow(at, 'runs rerun 999 --failed')).toMatchObject({
      code: 3,
      err: expect.stringContaining('no run 999'),
    });
    expect(await windrow(at, `runs rerun ${runId} --task greeet`)).toMatchObject({
      code: 4,
      err: expect.stringContaining(`Run ${runId} has no task "greeet". It has greet, count.`),
    });
    expect((await windrow(at, 'runs rerun 1 --failed --task greet')).code).toBe(2);
  });
});

describe('records rerun of tasks', () => {
  it('shows phases and tasks that reset and stay, and does them in the newest run', async () => {
    const { json } = await windrowJson(at, 'dags test orders --window 2026-01-20T13:00Z..2026-01-20T14:00Z');
    const { runId } = RunId.parse(json);
    const dry = await windrow(at, 'records rerun 1 --only audit --dry-run');
    expect(dry.code).toBe(0);
    expect(dry.out).toMatch(
      /stage_to_target +success +stays\naudit +success +again, at once\ncleanup_stale_locks +success +again, behind/,
    );
    expect(dry.out).toMatch(/phases that stay +SOURCE_TO_STAGE, STAGE_TO_TARGET\ndone again +AUDIT\n/);
    expect(dry.out).toMatch(/phase_completed +"AUDIT" +"STAGE_TO_TARGET"\n/);
    expect(await windrowJson(at, 'records rerun 1 --only audit')).toMatchObject({
      code: 0,
      json: { runId, record: { id: 1, repeats: ['AUDIT'] }, run: { state: 'success' } },
    });
    expect((await windrowJson(at, 'records show 1')).json).toMatchObject({
      pipeline_status: 'COMPLETED',
      retry_attempt: 1,
    });
    expect(await windrow(at, 'records rerun 1 --failed')).toMatchObject({
      code: 4,
      err: expect.stringContaining('No task of run'),
    });
    expect((await windrow(at, 'records rerun 999 --failed')).code).toBe(3);
    expect((await windrow(at, 'records rerun 1 --only audit --from AUDIT')).code).toBe(2);
  });
});
