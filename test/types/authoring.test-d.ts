import { z } from 'zod';

import {
  type NoInput,
  type TaskContext,
  type Wire,
  choose,
  dag,
  defer,
  definePlugin,
  Temporal,
  defineProject,
  newDirectories,
  sensor,
  skip,
  stop,
  task,
} from '#framework';
import type { TestedRun } from '#framework/testing';

interface Files {
  readonly files: readonly string[];
}

const extract = task('extract', { run: async ({ log }) => (log.info('x'), { files: ['a.csv'] }) });
const load = task('load', { run: async ({ input }: TaskContext<{ files: Files }>) => input.files.files.length });
const checked = task('checked', {
  input: z.object({ rows: z.number() }),
  run: ({ input }) => (input.rows === 0 ? skip('no rows') : { loaded: input.rows }),
});
const waits = task('waits', { run: ({ attempt }) => (attempt > 1 ? 'ready' : defer('2026-01-01T00:00Z', 'not yet')) });
const silent = task('silent', { run: async () => {} });
const report = task('report', {
  rule: 'all_done',
  run: ({ input }: TaskContext<{ rows?: number }>) => input.rows ?? 0,
});
const careless = task('careless', { rule: 'all_done', run: ({ input }: TaskContext<{ rows: number }>) => input.rows });
const limited = task('limited', { run: ({ params }: TaskContext<NoInput, { limit: number }>) => params.limit });

dag('wired', {}, (d) => {
  const files = d.use('extract', extract);
  const rows = d.use('load', load, { files });
  const loaded: Wire<{ loaded: number }> = d.use('checked', checked, { rows, after: [files, 'waits'] });
  const text: Wire<string> = d.use('waits', waits, { after: [files] });
  const nothing: Wire<null> = d.use('silent', silent);
  d.use('report', report, { rows, after: [loaded, text, nothing] });
  d.use('report_alone', report);

  // @ts-expect-error a number is not files
  d.use('load_rows', load, { files: rows });
  // @ts-expect-error the wire is missing
  d.use('load_nothing', load, {});
  // @ts-expect-error the edges are missing
  d.use('load_bare', load);
  // @ts-expect-error load has no such input
  d.use('load_more', load, { files, more: rows });
  // @ts-expect-error extract reads nothing
  d.use('extract_more', extract, { rows });
  // @ts-expect-error a value is not a wire
  d.use('load_value', load, { files: { files: ['a.csv'] } });
  // @ts-expect-error without a value when "load" failed, which the task does not allow
  d.use('careless', careless, { rows });
  // @ts-expect-error the output of "checked" never is a skip
  const never: Wire<{ skipped: true }> = loaded;
  d.use('never', silent, { after: [never] });
  // @ts-expect-error the dag has no params
  d.use('limited', limited);
});

dag('with_params', { params: z.object({ limit: z.number() }) }, (d) => {
  d.use('limited', limited);
});
dag('wrong_params', { params: z.object({ limit: z.string() }) }, (d) => {
  // @ts-expect-error the dag's limit is text
  d.use('limited', limited);
});

dag('choosing', {}, (d) => {
  const branch: Wire<readonly string[]> = d.use('branch', task('branch', { run: async () => choose('load_full') }));
  const either = d.use('either', task('either', { run: ({ attempt }) => (attempt > 1 ? choose() : { rows: 1 }) }));
  const mixed: Wire<readonly string[] | { rows: number }> = either;
  // The value of a task that may stop is the value it has when it does not.
  const files: Wire<Files> = d.use(
    'check',
    task('check', { run: ({ attempt }) => (attempt > 1 ? stop('no files') : { files: ['a.csv'] }) }),
  );
  d.use('load_full', load, { files, after: [branch, mixed] });
});
dag('grouped', { params: z.object({ limit: z.number() }) }, (d) => {
  const group = d.group('extract', {}, (g) => {
    const files = g.use('pull', extract);
    g.use('load', load, { files });
    g.use('limited', limited);
    g.group('more', { after: [files] }, (more) => more.use('silent', silent));
  });
  d.use('after', silent, { after: [group] });
  // @ts-expect-error a group has no value
  d.use('load', load, { files: group });
});
// @ts-expect-error no such way to stop
stop('done', { rules: 'obey' });

// @ts-expect-error a Date does not survive JSON
task('dated', { run: () => ({ at: new Date(0) }) });
// @ts-expect-error a bigint does not survive JSON
task('big', { run: async () => 1n });
// @ts-expect-error no such rule
task('ruled', { rule: 'sometimes', run: () => null });
task('reacts', { retry: { on: { TimedOut: 'fail', E_BUSY: 'skip', DataFailure: 'retry' } }, run: () => null });
// @ts-expect-error no such class
task('reacts', { retry: { on: { Timeout: 'fail' } }, run: () => null });
// @ts-expect-error no such reaction
task('reacts', { retry: { on: { TimedOut: 'ignore' } }, run: () => null });
task('limited', { pool: 'warehouse', slots: 2, dependsOnPrevious: true, run: () => null });
// @ts-expect-error slots are a number
task('limited', { pool: 'warehouse', slots: '2', run: () => null });
// @ts-expect-error a pool is named
task('limited', { pool: 7, run: () => null });
// @ts-expect-error it depends on the previous window or not
task('limited', { dependsOnPrevious: 'success', run: () => null });
defineProject({ dags: [], pools: { api: { slots: 10, rate: { starts: 5, per: '1s' } }, warehouse: { slots: 4 } } });
// @ts-expect-error a pool without slots limits nothing
defineProject({ dags: [], pools: { api: { rate: { starts: 5, per: '1s' } } } });
// @ts-expect-error a rate is over a time
defineProject({ dags: [], pools: { api: { slots: 10, rate: { starts: 5 } } } });
// @ts-expect-error the schema says number, the annotation says text
task('mixed', { input: z.object({ a: z.number() }), run: ({ input }: TaskContext<{ a: string }>) => input.a });

const cleanup = task('cleanup', { teardown: true, run: ({ input }: TaskContext<{ rows: number }>) => input.rows });
dag('teardowns', {}, (d) => {
  const rows = d.use('load', task('load', { run: () => 1 }));
  // @ts-expect-error a teardown also runs when "load" failed, and then there is no value
  d.use('cleanup', cleanup, { rows });
});

export function outputsOfATestRun(run: TestedRun): void {
  const files: Files = run.outputOf(extract);
  const rows: number = run.outputOf(load, 'load_again');
  const checkedRows: { loaded: number } = run.outputOf(checked);
  const nothing: null = run.outputOf(silent);
  // @ts-expect-error "load" returns a number
  const text: string = run.outputOf(load);
  void [files, rows, checkedRows, nothing, text];
}
const arrived = dag('arrived', {}, (d) => {
  d.use('silent', silent);
});
sensor('typed', {
  every: '30s',
  dag: arrived,
  cursor: z.object({ page: z.number() }),
  poll: async ({ cursor }) => ({ items: [{ key: 'a' }], cursor: { page: (cursor?.page ?? 0) + 1 } }),
});
sensor('directories', {
  every: '30s',
  dag: arrived,
  cursor: z.string(),
  poll: async ({ cursor }) => newDirectories({ list: ['a'], after: cursor }),
});
sensor('windows', {
  every: '30s',
  dag: arrived,
  cursor: z.string(),
  poll: async ({ cursor }) =>
    newDirectories({ list: ['a'], after: cursor, window: (name) => ({ end: Temporal.Instant.from(name) }) }),
});
// @ts-expect-error a window says where it ends
sensor('endless', { every: '30s', dag: arrived, poll: async () => ({ items: [{ key: 'a', window: {} }] }) });
sensor('untyped', { every: '30s', dag: arrived, poll: async () => ({ items: [], cursor: [1, 'a', null] }) });
sensor('other_cursor', {
  every: '30s',
  dag: arrived,
  cursor: z.string(),
  // @ts-expect-error the cursor is text
  poll: async () => ({ items: [], cursor: 1 }),
});
// @ts-expect-error an item has a key
sensor('keyless', { every: '30s', dag: arrived, poll: async () => ({ items: [{ params: {} }] }) });
sensor('dated', {
  every: '30s',
  dag: arrived,
  // @ts-expect-error a Date does not survive JSON
  poll: async () => ({ items: [{ key: 'a', params: { at: new Date(0) } }] }),
});

interface File {
  readonly name: string;
}
const list = task('list', { run: async (): Promise<File[]> => [{ name: 'a.csv' }] });
const region = task('region', { run: () => 'eu' });
const loadFile = task('load_file', {
  run: ({ input, mapIndex = 0 }: TaskContext<{ file: File; region: string }>) => ({ rows: input.file.name, mapIndex }),
});
const sum = task('sum', {
  run: ({ input }: TaskContext<{ loaded: readonly { rows: string }[] }>) => input.loaded.length,
});
const late = task('late', {
  rule: 'all_done',
  run: ({ input }: TaskContext<{ file?: File }>) => input.file?.name ?? '',
});

dag('mapped', {}, (d) => {
  const files = d.use('list', list);
  const where = d.use('region', region);
  const loaded: Wire<readonly { rows: string }[]> = d.use('load', loadFile.map({ file: files }), { region: where });
  d.use('sum', sum, { loaded });
  d.use('load_listed', loadFile.map({ file: [{ name: 'a' }, { name: 'b' }] }), { region: where, after: [files] });
  d.use('late', late.map({ file: files }));
  d.use('late_behind', late.map({ file: files }), { after: [where] });

  // @ts-expect-error the region is not a file
  loadFile.map({ file: where });
  // @ts-expect-error a number is not a file
  loadFile.map({ file: [1] });
  // @ts-expect-error exactly one input is mapped
  loadFile.map({ file: files, region: ['eu'] });
  // @ts-expect-error exactly one input is mapped, not none
  loadFile.map({});
  // @ts-expect-error load has no such input
  loadFile.map({ files });
  // @ts-expect-error the region is missing
  d.use('load_nowhere', loadFile.map({ file: files }), {});
  // @ts-expect-error the file is mapped already
  d.use('load_twice', loadFile.map({ file: files }), { region: where, file: files });
  // @ts-expect-error each instance returns one element, and the output is a list of them
  const one: Wire<{ rows: string }> = d.use('load_one', loadFile.map({ file: files }), { region: where });
  // @ts-expect-error unmapped, it needs one file and not a list
  d.use('load_list', loadFile, { file: files, region: where, after: [one] });
});

const makings = definePlugin({
  name: 'makings',
  version: '1',
  context: ({ note }) => ({ made: (rows: number) => note({ rows }) }),
  hooks: {
    taskFinished: async ({ notes, fence }) => void [notes.length, fence.toFixed()],
    recordStateChanged: async ({ from, to, window }) => void [from.phase, to.status === 'COMPLETED', window.start],
    schemaDrift: async ({ changes }) => void changes.map(({ table, sentence }) => table + sentence),
    tick: async ({ at }, { signal }) => void [at.epochMilliseconds, signal.aborted],
  },
});
// @ts-expect-error no such hook
definePlugin({ name: 'misspelt', version: '1', hooks: { taskEnded: async () => {} } });
const ears = definePlugin({ name: 'ears', version: '1', hooks: { taskStarted: async ({ attempt }) => void attempt } });
task('makes', {
  run: ({ extensions }) => {
    extensions.get(makings).made(3);
    // @ts-expect-error it takes rows
    extensions.get(makings).made('three');
    // @ts-expect-error this plugin adds nothing to the context
    extensions.get(ears);
  },
});
// @ts-expect-error a Date does not survive JSON
definePlugin({ name: 'dates', version: '1', context: ({ note }) => ({ at: () => note({ at: new Date(0) }) }) });
