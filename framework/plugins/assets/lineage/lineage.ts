import type { HookTools, PluginDatabase, RunFinished, RunStarted, TaskFinished, TaskStarted } from '#framework';
import { z } from 'zod';

import type { Asset } from '../asset.ts';
import { type AssetKey, assetKey } from '../key.ts';
import { Metadata } from '../metadata.ts';
import type { LineageDataset, OutputFacts } from './lineage-dataset.ts';
import { keepLineage, sendLineage } from './outbox.ts';
import { type EventType, type LineageRun, runEvent } from './run-event.ts';
import type { LineageTransport } from './transport.ts';

/** Where and how runs are told as OpenLineage. */
export interface LineageOptions {
  readonly transport: LineageTransport;
  /** Of jobs, and of datasets unless `dataset` says otherwise; default `windrow`. One for each installation. */
  readonly namespace?: string;
  /** How an asset is named outside, so that it meets what other systems tell: `{ namespace: 'redshift://cluster:5439', name: 'dev.vault.product__v' }`. */
  readonly dataset?: (key: AssetKey) => Pick<LineageDataset, 'namespace' | 'name' | 'uri'>;
}

/** What is made by whom, and of what. */
export interface LineageGraph {
  readonly find: (key: AssetKey) => Pick<Asset, 'description'> | undefined;
  readonly parents: (key: AssetKey) => readonly AssetKey[];
  /** What a dag does, for people. */
  readonly describe: (dagId: string) => string | undefined;
  /** The assets that a task makes, or that a dag does which is not made of assets: `taskId` is undefined then. */
  readonly made: (dagId: string, taskId: string | undefined) => readonly AssetKey[];
}

/** Tells runs and tries; hooks of the asset plugin call it. */
export interface Lineage {
  readonly hear: (event: RunStarted | RunFinished | TaskStarted | TaskFinished, tools: HookTools) => Promise<void>;
  /** Sends what waits. */
  readonly send: (tools: HookTools) => Promise<void>;
}

export function lineage(options: LineageOptions, graph: LineageGraph): Lineage {
  return {
    hear: async (event, tools) => {
      const loaded = event.kind === 'runFinished' ? await madeByRun(tools.database, event.runId) : new Map();
      await keepLineage(tools, event.id, [toldEvent(options, graph, { event, loaded })]);
    },
    send: (tools) => sendLineage(tools, options.transport),
  };
}

type Heard = RunStarted | RunFinished | TaskStarted | TaskFinished;

type MadeFacts = ReadonlyMap<AssetKey, OutputFacts>;

interface Telling {
  readonly event: Heard;
  /** What no task said of its own, such as the tables that a window loaded. */
  readonly loaded: MadeFacts;
}

function toldEvent(options: LineageOptions, graph: LineageGraph, { event, loaded }: Telling) {
  const taskId = 'taskId' in event ? event.taskId : undefined;
  const made = [...new Set([...graph.made(event.dagId, taskId), ...loaded.keys()])];
  const facts = event.kind === 'taskFinished' ? madeFacts(event.notes) : loaded;
  const parents = new Set(made.flatMap((key) => graph.parents(key)).filter((key) => !made.includes(key)));
  const dataset = (key: AssetKey): LineageDataset => datasetOf(options, graph, key);
  return runEvent(runOf(options, event), {
    type: typeOf(event),
    at: event.at,
    description: taskId === undefined ? graph.describe(event.dagId) : undefined,
    failure: failureOf(event),
    inputs: [...parents].map(dataset),
    outputs: made.map((key) => ({ ...dataset(key), ...facts.get(key) })),
  });
}

function runOf({ namespace = 'windrow' }: LineageOptions, event: Heard): LineageRun {
  const { dagId, runId, window } = event;
  if (!('taskId' in event)) return { namespace, dagId, runId, window };
  const { taskId, mapIndex, attempt } = event;
  return { namespace, dagId, runId, window, task: { taskId, mapIndex, attempt } };
}

function datasetOf(
  { namespace = 'windrow', dataset }: LineageOptions,
  { find }: LineageGraph,
  key: AssetKey,
): LineageDataset {
  return { ...(dataset?.(key) ?? { namespace, name: key }), description: find(key)?.description };
}

/** A try that goes on later, under the same id, is not told as ended. */
const OF_TRY: Readonly<Record<TaskFinished['outcome'], EventType>> = {
  success: 'COMPLETE',
  skip: 'COMPLETE',
  fail: 'FAIL',
  cancelled: 'ABORT',
  lost: 'OTHER',
  handed_back: 'OTHER',
  defer: 'OTHER',
};

const OF_RUN: Readonly<Record<RunFinished['state'], EventType>> = {
  success: 'COMPLETE',
  failed: 'FAIL',
  cancelled: 'ABORT',
};

function typeOf(event: Heard): EventType {
  switch (event.kind) {
    case 'runStarted':
    case 'taskStarted':
      return 'START';
    case 'runFinished':
      return OF_RUN[event.state];
    case 'taskFinished':
      return OF_TRY[event.outcome];
  }
}

function failureOf(event: Heard): string | undefined {
  if (event.kind === 'runFinished' && event.state === 'failed') return `Run ${event.runId} of ${event.dagId} failed.`;
  if (event.kind !== 'taskFinished' || event.outcome !== 'fail') return undefined;
  return event.reason ?? `Task ${event.taskId} failed without a reason.`;
}

const Note = z.object({ kind: z.literal('materialization'), asset: z.string(), metadata: Metadata });

/** What a run made as a whole; it is kept before the end of the run is heard. */
async function madeByRun(database: PluginDatabase, runId: number): Promise<MadeFacts> {
  return madeFacts((await database.run(MADE, [runId])).map((row) => ({ kind: 'materialization', ...row })));
}

const MADE = `
select asset, metadata from asset_event where run_id = $1 and task_id is null and kind = 'materialization' order by asset`;

/** Of what was materialized; of several partitions, all together. */
function madeFacts(notes: readonly unknown[]): MadeFacts {
  const facts = new Map<AssetKey, OutputFacts>();
  for (const note of notes) {
    const parsed = Note.safeParse(note);
    if (!parsed.success) continue;
    const key = assetKey(parsed.data.asset);
    facts.set(key, together(facts.get(key), factsOf(parsed.data.metadata)));
  }
  return facts;
}

function factsOf(metadata: Metadata): OutputFacts {
  const { rows, bytes } = metadata;
  const columns = Object.values(metadata).find((entry) => entry.type === 'schema')?.value;
  return {
    rows: rows?.type === 'int' ? rows.value : undefined,
    bytes: bytes?.type === 'bytes' || bytes?.type === 'int' ? bytes.value : undefined,
    columns,
  };
}

function together(one: OutputFacts = {}, other: OutputFacts): OutputFacts {
  return {
    rows: sum(one.rows, other.rows),
    bytes: sum(one.bytes, other.bytes),
    columns: other.columns ?? one.columns,
  };
}

function sum(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : one + other;
}
