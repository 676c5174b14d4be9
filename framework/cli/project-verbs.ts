import type { Command } from 'commander';

import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Connections } from '../dag/task-context.ts';
import type { Windrow } from '../process/windrow.ts';
import type { WindowRecord } from '../record/record.ts';
import { type RecordFilter, listRecords } from '../store/views/list-records.ts';
import type { Answer } from './answer.ts';
import type { Shell } from './shell.ts';

/** What a verb of a project may use; closed when it has answered. */
export interface VerbTools {
  /** The project's connections, each opened at first use. */
  readonly connections: Connections;
  /** Windows of pipelines, newest first. */
  readonly records: (filter: RecordFilter) => Promise<readonly WindowRecord[]>;
  /** The pipeline that names this one in its `covers`. */
  readonly coveredBy: (pipelineId: string) => string | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** Joins verbs of a project to the command line, so that they answer like Windrow's own: with `--json`, `--debug` and exit codes. */
export interface ProjectShell {
  readonly act: <Given extends readonly unknown[]>(
    run: (tools: VerbTools, ...given: Given) => Promise<Answer>,
  ) => (...given: Given) => Promise<void>;
}

/** What a module named in package.json `windrow.verbs` exports as `addVerbs`. */
export type AddVerbs = (program: Command, shell: ProjectShell) => void;

export function projectShell(shell: Shell): ProjectShell {
  return {
    act: (run) => shell.act((session, ...given) => session.withWindrow((windrow) => run(verbTools(windrow), ...given))),
  };
}

/** What the command line gives to a verb. */
export function verbTools({ connections, store, dags, clock, log }: Windrow): VerbTools {
  return {
    connections,
    records: (filter) => listRecords(store.database, filter),
    coveredBy: (pipelineId) => [...dags.values()].find(({ pipeline }) => pipeline?.covers.includes(pipelineId))?.id,
    clock,
    log,
  };
}
