import type { Temporal, Window } from '#framework';

import { type Facet, facet } from './facet.ts';
import { type LineageDataset, type OutputFacts, inputDataset, outputDataset } from './lineage-dataset.ts';
import { uuidOf } from './run-uuid.ts';

const SCHEMA_URL = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent';

export const EVENT_TYPES = ['START', 'COMPLETE', 'FAIL', 'ABORT', 'OTHER'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** An event of OpenLineage 2-0-2, as it is sent. */
export interface RunEvent {
  readonly eventType: EventType;
  readonly eventTime: string;
  readonly producer: string;
  readonly schemaURL: string;
  readonly run: { readonly runId: string; readonly facets: Readonly<Record<string, Facet>> };
  readonly job: { readonly namespace: string; readonly name: string; readonly facets: Readonly<Record<string, Facet>> };
  readonly inputs: readonly ReturnType<typeof inputDataset>[];
  readonly outputs: readonly ReturnType<typeof outputDataset>[];
}

/** A run of a dag, or a try of one of its tasks. */
export interface LineageRun {
  readonly namespace: string;
  readonly dagId: string;
  readonly runId: number;
  readonly task?: { readonly taskId: string; readonly mapIndex: number | null; readonly attempt: number };
  readonly window: Window | null;
}

export interface Told {
  readonly type: EventType;
  readonly at: Temporal.Instant;
  /** What the job does, for people. */
  readonly description?: string | undefined;
  /** Why it failed. */
  readonly failure?: string | undefined;
  readonly inputs: readonly LineageDataset[];
  readonly outputs: readonly (LineageDataset & OutputFacts)[];
}

/** The same run, or try, has the same id in each of its events, whichever process tells it. */
export function runEvent(run: LineageRun, told: Told): RunEvent {
  return {
    eventType: told.type,
    eventTime: told.at.toString(),
    producer: facet.producer,
    schemaURL: SCHEMA_URL,
    run: { runId: idOf(run), facets: runFacets(run, told) },
    job: { namespace: run.namespace, name: jobOf(run), facets: jobFacets(told) },
    inputs: told.inputs.map(inputDataset),
    outputs: told.outputs.map(outputDataset),
  };
}

function idOf({ namespace, runId, task }: Pick<LineageRun, 'namespace' | 'runId' | 'task'>): string {
  const run = `${namespace} run ${runId}`;
  if (task === undefined) return uuidOf(run);
  return uuidOf(`${run} task ${task.taskId} ${task.mapIndex ?? ''} attempt ${task.attempt}`);
}

function jobOf({ dagId, task }: Pick<LineageRun, 'dagId' | 'task'>): string {
  return task === undefined ? dagId : `${dagId}.${task.taskId}`;
}

function runFacets(run: LineageRun, { failure }: Told): Readonly<Record<string, Facet>> {
  const { namespace, dagId, runId, task, window } = run;
  return {
    ...(window !== null && {
      nominalTime: facet('1-0-1/NominalTimeRunFacet', {
        nominalStartTime: window.start.toString(),
        nominalEndTime: window.end.toString(),
      }),
    }),
    ...(task !== undefined && {
      parent: facet('1-0-1/ParentRunFacet', {
        run: { runId: idOf({ namespace, runId }) },
        job: { namespace, name: dagId },
      }),
    }),
    ...(failure !== undefined && {
      errorMessage: facet('1-0-1/ErrorMessageRunFacet', { message: failure, programmingLanguage: 'TypeScript' }),
    }),
  };
}

function jobFacets({ description }: Told): Readonly<Record<string, Facet>> {
  return description === undefined ? {} : { documentation: facet('1-0-1/DocumentationJobFacet', { description }) };
}
