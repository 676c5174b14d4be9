import { setTimeout as pause } from 'node:timers/promises';

import { RemoteFailure } from '#framework';

import {
  type DataApi,
  type Place,
  type Row,
  type StatementFailure,
  type StatementState,
  type Submission,
  type Submitted,
  callFailure,
} from './client.ts';
import { callVerdict, failureOfCall, failureOfStatement } from './errors.ts';
import { type LoadErrorTable, findLoadError, loadErrorSentence } from './sql/load-error.ts';
import type { Statement } from './sql/text.ts';

/** A statement or batch that ended well; results are read by place from 0. */
export interface Finished {
  readonly id: string;
  readonly isBatch: boolean;
  readonly sessionId: string | undefined;
}

export interface RunOptions {
  readonly signal?: AbortSignal;
  /** Where to run; alone unless said otherwise. */
  readonly place?: Place;
  /** For messages: these statements are part of a longer series. */
  readonly series?: { readonly first: number; readonly length: number };
}

export interface WarehouseTools {
  readonly api: DataApi;
  /** Makes a client token, 1 to 64 characters, never the same twice. */
  readonly newToken: () => string;
  /** A number in [0, 1) that spreads retries. */
  readonly random: () => number;
  /** The system tables that say why a COPY failed, best first. */
  readonly errorTables: readonly LoadErrorTable[];
}

/** Runs statements to their end, patiently: throttles and lost answers are retried, a failed statement is not. */
export interface Warehouse {
  /** One statement, or a batch of at most 40 that commits whole or not at all. */
  readonly run: (statements: readonly Statement[], options?: RunOptions) => Promise<Finished>;
  readonly rows: (statement: Statement, options?: RunOptions) => Promise<readonly Row[]>;
  /** The result of the statement at `index` of what has run, page by page. */
  readonly pages: (finished: Finished, index: number, options?: RunOptions) => AsyncIterable<readonly Row[]>;
}

export const MOST_STATEMENTS = 40;

export function warehouse(tools: WarehouseTools): Warehouse {
  const run: Warehouse['run'] = (statements, options = {}) => runToEnd(tools, statements, options);
  const pages: Warehouse['pages'] = (finished, index, options = {}) => readPages(tools, { finished, index }, options);
  return {
    run,
    pages,
    rows: async (statement, options = {}) => {
      const finished = await run([statement], options);
      const rows: Row[] = [];
      for await (const page of pages(finished, 0, options)) rows.push(...page);
      return rows;
    },
  };
}

async function runToEnd(
  tools: WarehouseTools,
  statements: readonly Statement[],
  options: RunOptions,
): Promise<Finished> {
  const [first] = statements;
  const what = first === undefined ? 'run nothing' : first.name;
  const submission = {
    sqls: statements.map((statement) => statement.sql),
    name: `windrow: ${what}`.slice(0, 500),
    token: tools.newToken(),
    place: options.place ?? { kind: 'alone' },
    waits: true,
  } as const;
  const { id, isFinished, sessionId } = await submitted(tools, submission, options);
  const state = isFinished ? ({ kind: 'finished' } as const) : await settledState(tools, { id, what }, options);
  if (state.kind === 'finished') return { id, isBatch: statements.length > 1, sessionId };
  if (state.kind === 'aborted') {
    throw new RemoteFailure(
      'E_REDSHIFT_ABORTED',
      `Redshift aborted "${what}": somebody cancelled it, or a query limit ended it.`,
    );
  }
  throw await statementFailure(tools, { statements, options }, state.failure);
}

/** Asked to stop before the service has answered, it learns the statement's id by sending the same token, and cancels it. */
async function submitted(tools: WarehouseTools, submission: Submission, options: RunOptions): Promise<Submitted> {
  try {
    return await patiently(tools, { what: `run "${submission.name}"`, ...options }, (signal) =>
      tools.api.submit(submission, signal),
    );
  } catch (error) {
    if (options.signal?.aborted === true) {
      await tools.api
        .submit({ ...submission, waits: false }, AbortSignal.timeout(STOP_MS))
        .then(({ id }) => tools.api.cancel(id))
        // The statement may have ended, or the service be out of reach; the fence guards against what it may still do.
        .catch(() => undefined);
    }
    throw error;
  }
}

const STOP_MS = 5000;

type Settled = Exclude<StatementState, { readonly kind: 'running' }>;

/** Long polls until the statement ends. Asked to stop, it cancels the statement rather than leaving it running. */
async function settledState(
  tools: WarehouseTools,
  statement: { readonly id: string; readonly what: string },
  options: RunOptions,
): Promise<Settled> {
  try {
    for (let look = 0; ; look += 1) {
      const state = await patiently(tools, { what: `describe "${statement.what}"`, ...options }, (signal) =>
        tools.api.describe(statement.id, signal),
      );
      if (state.kind !== 'running') return state;
      // A service without long polling answers at once, so looks grow apart by themselves too.
      await pause(
        Math.min(2000, 20 * 2 ** look),
        undefined,
        options.signal === undefined ? {} : { signal: options.signal },
      );
    }
  } catch (error) {
    if (options.signal?.aborted !== true) throw error;
    // The statement may have ended in the meantime; then there is nothing to cancel.
    await tools.api.cancel(statement.id).catch(() => undefined);
    throw options.signal.reason;
  }
}

async function* readPages(
  tools: WarehouseTools,
  result: { readonly finished: Finished; readonly index: number },
  options: RunOptions,
): AsyncIterable<readonly Row[]> {
  const { finished, index } = result;
  const id = finished.isBatch ? `${finished.id}:${index + 1}` : finished.id;
  let nextToken: string | undefined;
  do {
    const request = nextToken === undefined ? { id } : { id, nextToken };
    const page = await patiently(tools, { what: 'read a result', ...options }, (signal) =>
      tools.api.result(request, signal),
    );
    yield page.rows;
    ({ nextToken } = page);
  } while (nextToken !== undefined);
}

const MOST_TRIES = 12;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;

/** Tries a call again while the service is overloaded or out of reach, about half a minute altogether. */
async function patiently<T>(
  tools: WarehouseTools,
  call: { readonly what: string; readonly signal?: AbortSignal },
  attempt: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    call.signal?.throwIfAborted();
    try {
      return await attempt(call.signal);
    } catch (error) {
      call.signal?.throwIfAborted();
      const failure = callFailure(error);
      if (tried === MOST_TRIES || callVerdict(failure) !== 'again') throw failureOfCall(failure, call.what, error);
    }
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tried - 1));
    await pause(longest * tools.random(), undefined, call.signal === undefined ? {} : { signal: call.signal });
  }
}

interface RunStatements {
  readonly statements: readonly Statement[];
  readonly options: RunOptions;
}

async function statementFailure(tools: WarehouseTools, run: RunStatements, failure: StatementFailure): Promise<Error> {
  const { statements, options } = run;
  const failed = statements[failure.index];
  const series = options.series ?? { first: 1, length: statements.length };
  const isCopy = failed?.sql.startsWith('copy ') === true;
  const loadError = isCopy ? await explainCopy(tools, failure.queryId, options) : undefined;
  return failureOfStatement({
    statement: failed?.name ?? 'an unnamed statement',
    place: `${series.first + failure.index} of ${series.length}`,
    text: failure.text,
    ...(loadError === undefined ? {} : { loadError }),
  });
}

/** The tables differ between provisioned and serverless Redshift; one that is absent leaves the message shorter. */
async function explainCopy(
  tools: WarehouseTools,
  queryId: number | undefined,
  options: RunOptions,
): Promise<string | undefined> {
  if (queryId === undefined || queryId <= 0) return undefined;
  const { signal } = options;
  const { rows } = warehouse(tools);
  for (const table of tools.errorTables) {
    const [row] = await rows(findLoadError(table, queryId), signal === undefined ? {} : { signal }).catch(() => []);
    if (row !== undefined) return loadErrorSentence(row);
  }
  return undefined;
}
