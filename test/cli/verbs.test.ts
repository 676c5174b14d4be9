import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { type Installation, openInstallationFolder, windrow, windrowJson } from './windrow.ts';

const WINDOW = '2026-01-20T13:00Z..2026-01-20T14:00Z';
const NEXT = '2026-01-20T14:00Z..2026-01-20T15:00Z';

let at: Installation;

beforeAll(async () => {
  at = await openInstallationFolder();
});
afterAll(() => at.close());

describe('db migrate', () => {
  it('names what it applied, and applies nothing twice', async () => {
    const first = await windrowJson(at, 'db migrate');
    const again = await windrow(at, 'db migrate');

    expect(first).toMatchObject({ code: 0, json: { applied: expect.arrayContaining(['0001-engine']) } });
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining('Nothing was to be done.') });
  });
});

describe('db status', () => {
  it('shows sizes, partitions and what the next clean-up removes', async () => {
    const { out, code } = await windrow(at, 'db status');
    expect(code).toBe(0);
    expect(out).toMatch(/^TABLE +ROWS \(ABOUT\) +MIB +PARTITIONS +OLDEST ROW\n/);
    expect(out).toMatch(/\nevent +\d+ +\d+\.\d +6 /);
    expect(out).toContain('kept for 30d (WINDROW_RETENTION), by the week');
    expect(await windrowJson(at, 'db status')).toMatchObject({
      code: 0,
      json: {
        retention: '30d',
        nextCleanUp: { dropped: [], kept: [], removed: 0, strays: 0 },
        tables: expect.arrayContaining([expect.objectContaining({ table: 'task_log', partitions: 6, oldest: null })]),
      },
    });
  });

  it('says when history is kept for ever, and refuses a length that it cannot read', async () => {
    expect((await windrow(at, 'db status', { WINDROW_RETENTION: 'off' })).out).toContain('kept for ever');
    const refused = await windrow(at, 'db status', { WINDROW_RETENTION: 'a month' });
    expect(refused).toMatchObject({ code: 5, err: expect.stringContaining('WINDROW_RETENTION') });
  });
});

describe('dags', () => {
  it('are listed and shown', async () => {
    expect((await windrow(at, 'dags list')).out).toMatch(/^DAG.*\n(.*\n)*hello +active +by hand/);
    expect((await windrowJson(at, 'dags list')).json).toEqual(
      expect.arrayContaining([expect.objectContaining({ id: 'hello', paused: false })]),
    );
    expect((await windrow(at, 'dags show hello')).out).toMatch(/greet +- +all_success/);
    expect((await windrowJson(at, 'dags show hello')).json).toMatchObject({
      id: 'hello',
      graph: { tasks: [{ id: 'greet' }, { id: 'count' }] },
    });
  });

  it.each([
    'dags show helo',
    'dags trigger helo',
    'dags pause helo',
    'dags unpause helo',
    'dags test helo',
    'tasks test helo greet',
  ])('that are unknown end "%s" with near names', async (words) => {
    expect(await windrow(at, words)).toEqual({
      code: 3,
      out: '',
      err: 'windrow: There is no dag "helo". Did you mean "hello"?\n',
    });
    expect(await windrowJson(at, words)).toMatchObject({ code: 3, json: { error: { code: 'E_NOT_FOUND' } } });
  });

  it('are paused and unpaused', async () => {
    expect(await windrow(at, 'dags pause hello')).toMatchObject({ code: 0, out: expect.stringContaining('is paused') });
    expect((await windrow(at, 'dags list')).out).toMatch(/hello +paused/);
    expect((await windrowJson(at, 'dags unpause hello')).json).toEqual({ dagId: 'hello', paused: false });
    expect((await windrow(at, 'dags list')).out).toMatch(/hello +active/);
  });
});

describe('runs', () => {
  it('are triggered without a worker, listed, shown and cancelled', async () => {
    const { out } = await windrow(at, 'dags trigger patient --params \'{"wait":1}\'');
    expect(out).toMatch(/Run \d+ is created\. Its work starts as soon as a worker runs/);
    const { json } = await windrowJson(at, 'dags trigger patient --params \'{"wait":1}\'');
    const { runId } = z.object({ runId: z.number() }).parse(json);

    expect((await windrow(at, `runs show ${runId}`)).out).toMatch(/rest +queued/);
    expect((await windrowJson(at, `runs show ${runId} --logs`)).json).toMatchObject({
      id: runId,
      tasks: [{ taskId: 'rest' }],
      logs: {},
    });
    expect((await windrow(at, 'runs list --dag patient --state running')).out).toContain('manual');
    expect((await windrowJson(at, `runs list --limit 1 --before ${runId}`)).json).toMatchObject([{ dagId: 'patient' }]);

    expect(await windrow(at, `runs cancel ${runId}`)).toMatchObject({
      code: 0,
      out: expect.stringContaining('is cancelled. Nothing of it was running.'),
    });
    expect((await windrowJson(at, `runs show ${runId}`)).json).toMatchObject({
      state: 'cancelled',
      tasks: [{ state: 'cancelled' }],
    });
    expect(await windrowJson(at, `runs cancel ${runId}`)).toMatchObject({
      code: 4,
      json: { error: { code: 'E_REFUSED' } },
    });
  });

  it.each(['runs show 999', 'runs cancel 999'])('that do not exist end "%s" with 3', async (words) => {
    expect(await windrow(at, words)).toMatchObject({ code: 3, err: expect.stringContaining('There is no run 999.') });
  });

  it('are refused with params that the dag cannot read', async () => {
    const { code, err } = await windrow(at, `dags trigger patient --params '{"wait":"long"}'`);
    expect([code, err]).toEqual([4, expect.stringContaining('wait: Invalid input')]);
  });
});

describe('tasks test of a mapped task', () => {
  it('is refused, and names the way to try it', async () => {
    const { code, err } = await windrow(at, 'tasks test parcels load');
    expect(code).toBe(4);
    expect(err).toMatch(/Task load is mapped: .* "parcel".* windrow dags test parcels/);
  });
});

describe('dags test', () => {
  it('does a whole run in this process and prints tasks and logs', async () => {
    const { code, out, err } = await windrow(at, 'dags test hello --params \'{"times":3}\'');

    expect(code).toBe(0);
    expect(err).toMatch(/info {2}Good day .*times=3/);
    expect(out).toMatch(/greet +success[^]*count +success/);
    expect(await windrowJson(at, 'dags test hello')).toMatchObject({
      code: 0,
      json: { run: { state: 'success', tasks: [{ output: { words: 2 } }, { output: 2 }] } },
    });
  });

  it('ends with 1 when the run fails, and says why without a stack', async () => {
    const { code, out } = await windrow(at, 'dags test broken');

    expect(code).toBe(1);
    expect(out).toMatch(/refuse +failed .*E_SPOILT/);
    expect(out).toContain('refuse: E_SPOILT: The milk is sour. Buy fresh milk.');
    expect((await windrowJson(at, 'dags test broken')).json).toMatchObject({
      run: { state: 'failed', tasks: [{ failure: { code: 'E_SPOILT' } }, { state: 'upstream_failed' }] },
    });
    expect(JSON.stringify((await windrowJson(at, 'dags test broken')).json)).not.toContain('stack');
    expect(JSON.stringify((await windrowJson(at, 'dags test broken --debug')).json)).toContain('stack');
  });

  it('runs every instance of a mapped task, also where limits hold some back, and prints each', async () => {
    const { code, out } = await windrow(at, 'dags test parcels');
    expect(code).toBe(0);
    expect(out).toMatch(/load +success/);
    expect((await windrowJson(at, 'dags test parcels')).json).toMatchObject({
      run: {
        state: 'success',
        tasks: expect.arrayContaining([
          expect.objectContaining({
            name: 'load',
            state: 'success',
            instances: expect.objectContaining({ success: 3 }),
          }),
          ...[0, 1, 2].map((index) => expect.objectContaining({ name: `load[${index}]`, output: index + 1 })),
        ]),
      },
    });
  });

  it('moves the window of a pipeline, once', async () => {
    expect(await windrow(at, 'dags test orders')).toMatchObject({
      code: 4,
      err: expect.stringContaining('name it with --window START..END'),
    });
    expect(await windrowJson(at, `dags test orders --window ${WINDOW}`)).toMatchObject({
      code: 0,
      json: { run: { state: 'success', window: { start: '2026-01-20T13:00:00Z' } } },
    });
    expect((await windrow(at, `dags test orders --window ${WINDOW}`)).err).toMatch(
      /has record \d+ already, which is COMPLETED\. To run it again: windrow records rerun \d+\./,
    );
  });
});

describe('dags trigger of a scheduled pipeline', () => {
  it('refuses a window that has not passed, and one that would leave a gap behind it', async () => {
    expect(await windrow(at, 'dags trigger hourly --window 2126-01-20T13:00Z..2126-01-20T14:00Z')).toMatchObject({
      code: 4,
      err: expect.stringContaining('is not complete before'),
    });
    expect((await windrow(at, `dags test hourly --window ${WINDOW}`)).code).toBe(0);
    expect(await windrow(at, 'dags trigger hourly --window 2026-01-20T16:00Z..2026-01-20T17:00Z')).toMatchObject({
      code: 4,
      err: expect.stringContaining('the time between would never be loaded'),
    });
    expect((await windrow(at, `dags test hourly --window ${NEXT}`)).code).toBe(0);
  });
});

describe('records', () => {
  const recordOf = async (pipeline: string): Promise<number> => {
    const { json } = await windrowJson(at, `records list --pipeline ${pipeline} --limit 1`);
    const [record] = z.array(z.object({ id: z.number() })).parse(json);
    return record?.id ?? 0;
  };

  it('are listed and shown', async () => {
    const id = await recordOf('orders');
    expect((await windrow(at, 'records list --status COMPLETED')).out).toMatch(
      /orders +2026-01-20T13:00Z\.\.2026-01-20T14:00Z +COMPLETED +AUDIT +3 +3 +PASS/,
    );
    expect((await windrow(at, `records show ${id}`)).out).toMatch(/pipeline_status +COMPLETED[^]*test +success/);
    expect((await windrowJson(at, `records show ${id}`)).json).toMatchObject({
      id,
      pipeline_status: 'COMPLETED',
      runs: [{ kind: 'test' }],
    });
  });

  it('show with --dry-run what a re-run resets, and stay as they are', async () => {
    const id = await recordOf('orders');
    const before = await windrowJson(at, `records show ${id}`);
    const planned = await windrow(at, `records rerun ${id} --dry-run --from AUDIT`);
    const json = await windrowJson(at, `records rerun ${id} --dry-run`);

    expect(planned).toMatchObject({
      code: 0,
      out: expect.stringMatching(/stays +SOURCE_TO_STAGE, STAGE_TO_TARGET\ndone again +AUDIT\n[^]*nothing was changed/),
    });
    expect(json).toMatchObject({
      code: 0,
      json: {
        dryRun: true,
        from: 'SOURCE_TO_STAGE',
        keeps: [],
        resets: expect.arrayContaining([{ column: 'pipeline_status', before: 'COMPLETED', after: 'PENDING' }]),
      },
    });
    expect(await windrowJson(at, `records show ${id}`)).toEqual(before);
  });

  it('are run again to the end in this process while no worker lives', async () => {
    const id = await recordOf('orders');
    expect(await windrowJson(at, `records rerun ${id} --from STAGE_TO_TARGET`)).toMatchObject({
      code: 0,
      json: { keeps: ['SOURCE_TO_STAGE'], run: { state: 'success', recordId: id } },
    });
    expect((await windrowJson(at, `records show ${id}`)).json).toMatchObject({ pipeline_status: 'COMPLETED' });
  });

  it('are run again, and not twice at once', async () => {
    const id = await recordOf('orders');
    const { json } = await windrowJson(at, `records rerun ${id} --from STAGE_TO_TARGET --queue`);
    const { runId } = z.object({ runId: z.number() }).parse(json);

    expect(json).toMatchObject({ dryRun: false, keeps: ['SOURCE_TO_STAGE'], run: null });
    for (const words of [
      `records rerun ${id}`,
      `records rerun ${id} --dry-run`,
      `tasks test orders audit --record ${id}`,
    ]) {
      expect(await windrow(at, words)).toMatchObject({
        code: 4,
        err: expect.stringContaining(`windrow runs cancel ${runId}`),
      });
    }
    expect(await windrow(at, `records cancel ${id}`)).toMatchObject({
      code: 0,
      out: expect.stringContaining(
        `Record ${id}: Run ${runId} is cancelled. Nothing of it was running; its teardown tasks run`,
      ),
    });
    expect(await windrowJson(at, `records cancel ${id}`)).toMatchObject({
      code: 0,
      json: { recordId: id, runId, state: 'running', running: 0 },
    });
    expect((await windrowJson(at, `runs show ${runId}`)).json).toMatchObject({
      tasks: [{ state: 'cancelled' }, {}, {}, {}, {}, { taskId: 'cleanup_stale_locks', state: 'queued' }],
    });
  });

  it('that failed say so, resume behind what is done, and refuse to begin further on', async () => {
    expect((await windrow(at, `dags test torn --window ${WINDOW}`)).code).toBe(1);
    const id = await recordOf('torn');

    expect((await windrow(at, 'records list --status FAILED')).out).toContain('E_TORN');
    expect((await windrowJson(at, `records rerun ${id} --dry-run`)).json).toMatchObject({
      from: 'STAGE_TO_TARGET',
      keeps: ['SOURCE_TO_STAGE'],
    });
    expect(await windrow(at, `records rerun ${id} --from AUDIT`)).toMatchObject({
      code: 4,
      err: expect.stringContaining('STAGE_TO_TARGET is not completed'),
    });
    expect(await windrowJson(at, `records cancel ${id}`)).toMatchObject({
      code: 4,
      json: { error: { code: 'E_REFUSED', message: expect.stringContaining('is FAILED and has no open run') } },
    });
    expect(await windrow(at, 'records cancel 999')).toMatchObject({ code: 3 });
  });

  it('that will never be loaded are skipped with a reason, once, and only while no run has them', async () => {
    const id = await recordOf('torn');
    const skipped = await windrowJson(at, `records skip ${id} --reason 'the sack is lost'`);

    expect(skipped).toMatchObject({
      code: 0,
      json: {
        skipped: true,
        id,
        pipeline_status: 'COMPLETED',
        audit_details: { completed: 'skipped: the sack is lost' },
      },
    });
    expect((await windrow(at, `records show ${id}`)).out).toMatch(/record_skipped .*"reason":"the sack is lost"/);
    expect((await windrowJson(at, `records show ${id}`)).json).toMatchObject({
      error: null,
      events: expect.arrayContaining([
        expect.objectContaining({
          kind: 'record_skipped',
          details: { reason: 'the sack is lost', by: expect.any(String), was: 'FAILED', error: 'E_TORN' },
        }),
      ]),
    });
    expect(await windrow(at, `records skip ${id} --reason again`)).toMatchObject({
      code: 4,
      err: expect.stringContaining('is COMPLETED already'),
    });
    expect(await windrow(at, `records skip ${await recordOf('orders')} --reason again`)).toMatchObject({
      code: 4,
      err: expect.stringContaining('windrow runs cancel'),
    });
    expect((await windrow(at, `records skip ${id}`)).code).toBe(2);
    expect((await windrow(at, `records skip ${id} --reason ' '`)).code).toBe(2);
  });

  it.each(['records show 999', 'records rerun 999', 'records rerun 999 --dry-run', 'records skip 999 --reason gone'])(
    'that do not exist end "%s" with 3',
    async (words) => {
      expect(await windrow(at, words)).toMatchObject({
        code: 3,
        err: expect.stringContaining('There is no record 999.'),
      });
    },
  );
});

describe('tasks test', () => {
  it('calls one function and records nothing', async () => {
    const list = async (): Promise<unknown> => [
      (await windrowJson(at, 'records list')).json,
      (await windrowJson(at, 'runs list')).json,
    ];
    const [record] = z
      .array(z.object({ id: z.number() }))
      .parse((await windrowJson(at, 'records list --pipeline torn')).json);
    const before = await list();
    const said = await windrow(at, `tasks test torn source_to_stage --record ${record?.id}`);

    expect(said).toMatchObject({
      code: 0,
      out: expect.stringContaining('success. It returned {"rows":3'),
      err: expect.stringContaining('Nothing is recorded'),
    });
    expect(await windrow(at, `tasks test torn stage_to_target --record ${record?.id}`)).toMatchObject({
      code: 1,
      err: expect.stringContaining('Not recorded: phase STAGE_TO_TARGET failed'),
    });
    expect(await windrowJson(at, 'tasks test broken refuse')).toMatchObject({
      code: 1,
      json: { recorded: false, outcome: 'fail', failure: { code: 'E_SPOILT' } },
    });
    expect(await list()).toEqual(before);
  });

  it('refuses an unknown task, an unknown record, and a pipeline without a record', async () => {
    expect(await windrow(at, 'tasks test hello gret')).toMatchObject({
      code: 3,
      err: expect.stringContaining('Did you mean "greet"?'),
    });
    expect(await windrow(at, 'tasks test orders audit --record 999')).toMatchObject({
      code: 3,
      err: expect.stringContaining('has no record 999'),
    });
    expect(await windrow(at, 'tasks test orders audit')).toMatchObject({
      code: 4,
      err: expect.stringContaining('name a record with --record'),
    });
  });
});
