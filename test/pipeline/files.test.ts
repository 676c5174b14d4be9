import {
  type ArrivedFile,
  DataFailure,
  Failure,
  type Source,
  type SourceContext,
  type TransferPorts,
  recordId,
  runId,
  windowText,
} from '#framework';
import { type Windrow, operations } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';

import { listSourceFiles } from '../../framework/store/views/list-source-files.ts';
import { Bench, row } from '../engine/bench.ts';
import { eventually } from '../support/engine.ts';
import { type Doubles, doublesPipeline, manifestOf, transferDoubles } from '../support/transfer-doubles.ts';
import { records, rerun, startWindow } from './records.ts';

const FIRST = '2026-01-20T13:15Z..2026-01-20T13:30Z';
const SECOND = '2026-01-20T13:30Z..2026-01-20T13:45Z';
const [OLD, NEW] = ['0'.repeat(64), 'f'.repeat(64)];

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Each window brings the files that are delivered to it, of ten bytes a row. */
class Inbox {
  readonly files = new Map<string, readonly ArrivedFile[]>();
  readonly #doubles: Doubles;

  constructor(doubles: Doubles) {
    this.#doubles = doubles;
  }

  deliver(window: string, ...files: readonly (readonly [path: string, sha256: string, rows?: number])[]): void {
    const arrived = files.map(([path, sha256, rows = 2]) => ({
      path,
      sha256,
      rows,
      bytes: rows * 10,
      model: 'orders',
    }));
    this.files.set(window, arrived);
  }

  readonly source: Source = {
    count: async () => ({ kind: 'unknown', reason: 'an inbox does not count' }),
    transfer: async (context) => {
      const rows = await this.#admitted(context);
      const manifest = manifestOf(context, rows);
      this.#doubles.stage.write(context, manifest);
      return manifest;
    },
  };

  async #admitted({ files, window }: SourceContext): Promise<number> {
    let rows = 0;
    for (const file of this.files.get(windowText(window)) ?? []) {
      const { kind } = await files.admit(file);
      if (kind === 'admitted') rows += file.rows;
    }
    return rows;
  }
}

describe('the files that a pipeline takes in', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  const open = async () => {
    const doubles = transferDoubles();
    const inbox = new Inbox(doubles);
    const ports: Writable<TransferPorts> = { ...doubles.ports, source: inbox.source };
    const dag = doublesPipeline('inbox', doubles, {
      ports: async () => ports,
      maxActiveRuns: 2,
      // A minute is too long for a test.
      retry: { retries: 0, on: { E_FILE_IN_HAND: 'fail' } },
    });
    const engine = await bench.engine({ dags: [dag], backend: 'postgres' });
    return { engine, doubles, inbox, ports };
  };
  const run = async (engine: Windrow, window: string, wanted: Readonly<Record<string, string>>): Promise<void> => {
    await startWindow(engine, 'inbox', window);
    await records(engine, wanted);
  };
  const told = async (engine: Windrow) => {
    const files = await listSourceFiles(engine.store.database, { pipelineId: 'inbox', limit: 9 });
    return files.map(({ path, sha256, recordId, status }) => [path, sha256, recordId, status]).toReversed();
  };

  it('are loaded once: the same bytes under the same path are left out of a later window, which says so', async () => {
    const { engine, doubles, inbox } = await open();
    inbox.deliver(FIRST, ['a.csv', OLD]);
    inbox.deliver(SECOND, ['a.csv', OLD], ['b.csv', OLD, 5]);
    await run(engine, FIRST, { [FIRST]: 'COMPLETED' });
    await run(engine, SECOND, { [FIRST]: 'COMPLETED', [SECOND]: 'COMPLETED' });
    expect(doubles.target.log.map(({ rows }) => rows)).toEqual([2, 5]);
    expect(await told(engine)).toEqual([
      ['a.csv', OLD, 1, 'LOADED'],
      ['b.csv', OLD, 2, 'LOADED'],
    ]);
    const event = await row(engine, `select record_id, details from event where kind = 'file_left_out'`);
    expect(event).toMatchObject({ record_id: 2, details: { path: 'a.csv', sha256: OLD, loaded_by: 1 } });
  });

  it('stop a window that brings a loaded path with other content; a re-run of the first window replaces it', async () => {
    const { engine, doubles, inbox } = await open();
    inbox.deliver(FIRST, ['a.csv', OLD]);
    inbox.deliver(SECOND, ['a.csv', NEW, 3]);
    await run(engine, FIRST, { [FIRST]: 'COMPLETED' });
    const [{ processedAt } = { processedAt: undefined }] = await listSourceFiles(engine.store.database, { limit: 1 });
    await run(engine, SECOND, { [FIRST]: 'COMPLETED', [SECOND]: 'FAILED' });
    const failed = await row(engine, `select error from pipeline_records where id = 2`);
    expect(failed?.['error']).toMatchObject({
      kind: 'DataFailure',
      code: 'E_FILE_CHANGED_AFTER_LOAD',
      message:
        `The file "a.csv" has the SHA-256 ${NEW}, but record 1 (run 1) loaded it at ${processedAt?.toString()} with ${OLD}. ` +
        'Nothing was staged. Find out who changed it. Where the new content is right, let it replace the old: ' +
        'windrow records rerun 1 --from SOURCE_TO_STAGE. Then windrow records rerun 2, which finds it loaded.',
    });
    expect(doubles.target.log).toHaveLength(1);

    inbox.deliver(FIRST, ['a.csv', NEW, 3]);
    await rerun(engine, FIRST, 'SOURCE_TO_STAGE');
    await records(engine, { [FIRST]: 'COMPLETED', [SECOND]: 'FAILED' });
    await rerun(engine, SECOND);
    await records(engine, { [FIRST]: 'COMPLETED', [SECOND]: 'COMPLETED' });
    expect(doubles.target.tables).toEqual(
      new Map([
        [FIRST, 3],
        [SECOND, 0],
      ]),
    );
    const files = await listSourceFiles(engine.store.database, { limit: 9 });
    expect(files).toMatchObject([{ sha256: NEW, replacedSha256: OLD, recordId: 1, rows: 3, status: 'LOADED' }]);
  });

  it('may come with other content until they are loaded, as where a source repairs them', async () => {
    const { engine, doubles, inbox } = await open();
    doubles.target.trouble = ({ window }) => {
      doubles.stage.damage(window);
      throw new DataFailure('E_TEST', 'the target is broken');
    };
    inbox.deliver(FIRST, ['a.csv', OLD]);
    await run(engine, FIRST, { [FIRST]: 'FAILED' });
    expect(await told(engine)).toEqual([['a.csv', OLD, 1, 'STAGED']]);
    doubles.target.trouble = undefined;
    inbox.deliver(FIRST, ['a.csv', NEW]);
    await rerun(engine, FIRST);
    await records(engine, { [FIRST]: 'COMPLETED' });
    expect(await told(engine)).toEqual([['a.csv', NEW, 1, 'LOADED']]);
  });

  it('may not change behind their load unless a person runs the record again', async () => {
    const { engine, inbox, ports } = await open();
    inbox.deliver(FIRST, ['a.csv', OLD]);
    const changed = { path: 'a.csv', sha256: NEW, rows: 2, bytes: 20, model: 'orders' };
    const refusals: unknown[] = [];
    ports.completed = async (_manifest, { recordId, fence }) => {
      const holder = { recordId, runId: runId(1), fence };
      await engine.store.desk.admitFile(holder, changed).catch((error: unknown) => refusals.push(error));
    };
    await run(engine, FIRST, { [FIRST]: 'COMPLETED' });
    expect(refusals).toMatchObject([{ code: 'E_FILE_CHANGED_AFTER_LOAD', details: { loadedBy: 1 } }]);
    expect(await told(engine)).toEqual([['a.csv', OLD, 1, 'LOADED']]);
  });

  it('that a re-run does not find any more are free for the window that brings them next', async () => {
    const { engine, doubles, inbox } = await open();
    inbox.deliver(FIRST, ['a.csv', OLD], ['b.csv', OLD]);
    await run(engine, FIRST, { [FIRST]: 'COMPLETED' });
    inbox.deliver(FIRST, ['a.csv', OLD]);
    await rerun(engine, FIRST, 'STAGE_TO_TARGET');
    await records(engine, { [FIRST]: 'COMPLETED' });
    expect(await told(engine)).toContainEqual(['b.csv', OLD, 1, 'LOADED']);
    await rerun(engine, FIRST, 'SOURCE_TO_STAGE');
    await records(engine, { [FIRST]: 'COMPLETED' });
    expect(await told(engine)).toContainEqual(['b.csv', OLD, 1, 'REPLACED']);
    inbox.deliver(SECOND, ['b.csv', OLD]);
    await run(engine, SECOND, { [FIRST]: 'COMPLETED', [SECOND]: 'COMPLETED' });
    expect(doubles.target.tables.get(SECOND)).toBe(2);
    expect(await told(engine)).toContainEqual(['b.csv', OLD, 2, 'LOADED']);
  });

  it('that another window has in hand are waited for, and taken over once it is cancelled', async () => {
    const { engine, doubles, inbox } = await open();
    const release = Promise.withResolvers<void>();
    doubles.target.trouble = async ({ window, signal }) => {
      if (windowText(window) !== FIRST) return;
      signal.addEventListener('abort', () => release.resolve(), { once: true });
      await release.promise;
    };
    inbox.deliver(FIRST, ['a.csv', OLD]);
    inbox.deliver(SECOND, ['a.csv', OLD]);
    bench.work(engine);
    await startWindow(engine, 'inbox', FIRST);
    await eventually('the staged file', async () => ((await told(engine)).length === 1 ? true : undefined));
    await run(engine, SECOND, { [FIRST]: 'IN_PROGRESS', [SECOND]: 'FAILED' });
    const failed = await row(engine, 'select error from pipeline_records where id = 2');
    expect(failed?.['error']).toMatchObject({
      kind: 'RemoteFailure',
      code: 'E_FILE_IN_HAND',
      message: expect.stringContaining('record 1, which is IN_PROGRESS'),
    });
    await operations(engine).cancelRecord(1);
    await records(engine, { [FIRST]: 'CANCELLED', [SECOND]: 'FAILED' });
    await rerun(engine, SECOND);
    await records(engine, { [FIRST]: 'CANCELLED', [SECOND]: 'COMPLETED' });
    expect(await told(engine)).toEqual([['a.csv', OLD, 2, 'LOADED']]);
  });

  it('that a skipped window had staged are free for another one', async () => {
    const { engine, doubles, inbox } = await open();
    doubles.target.trouble = async ({ window }) => {
      if (windowText(window) === FIRST) throw new DataFailure('E_TROUBLE', 'The target is full.');
    };
    inbox.deliver(FIRST, ['a.csv', OLD]);
    inbox.deliver(SECOND, ['a.csv', OLD]);
    bench.work(engine);
    await run(engine, FIRST, { [FIRST]: 'FAILED' });
    expect(await operations(engine).skipRecord(1, 'nobody needs it')).toMatchObject({ kind: 'skipped' });
    await run(engine, SECOND, { [FIRST]: 'COMPLETED', [SECOND]: 'COMPLETED' });
    expect(await told(engine)).toEqual([['a.csv', OLD, 2, 'LOADED']]);
  });

  it('are taken in by one of many that ask at the same moment', async () => {
    const { engine } = await open();
    const file = { path: 'a.csv', sha256: OLD, rows: 2, bytes: 20, model: 'orders' };
    const rows = await engine.store.database.run({ text: HELD_RECORDS });
    const answers = await Promise.allSettled(
      rows.map(({ id }) => {
        const holder = { recordId: recordId(Number(id)), runId: runId(1), fence: 1 };
        return engine.store.desk.admitFile(holder, file);
      }),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const codes = answers.flatMap((answer) => (answer.status === 'rejected' ? [codeOf(answer.reason)] : []));
    expect(codes).toEqual(Array.from({ length: 19 }, () => 'E_FILE_IN_HAND'));
  });
});

function codeOf(error: unknown): string {
  return error instanceof Failure ? error.code : String(error);
}

const HELD_RECORDS = `
insert into pipeline_records (pipeline_id, target_day, window_start_time, window_end_time, window_zone, time_interval,
  pipeline_status, dag_run_id, fence)
select 'inbox', '2026-01-20', w, w + interval '15 minutes', 'UTC', '15m', 'IN_PROGRESS', 1, 1
from generate_series(1, 20) as n (n), lateral (select '2026-01-20T00:00Z'::timestamptz + n * interval '15 minutes' as w) at
returning id`;
