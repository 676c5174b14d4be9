import type { RecordId, RunId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import { Temporal } from '../core/time.ts';
import { type Window, windowText } from '../core/window.ts';
import type { Dag } from '../dag/dag.ts';
import type { PipelineSpec } from '../dag/pipeline-spec.ts';
import { type NewRecord, newRecords } from '../record/new-records.ts';
import { UNKNOWN, noteDeed } from '../store/note-deed.ts';
import { type PluginRequest, findRequested, noteRequested } from '../store/plugins/plugin-requests.ts';
import { previewRecordTrigger, triggerRecord } from '../store/records/trigger-record.ts';
import { registerShape } from '../store/register-dags.ts';
import { createRun } from '../store/runs/create-run.ts';
import type { Windrow } from './windrow.ts';

export interface TriggerOptions {
  readonly window?: Window;
  readonly params?: Readonly<Record<string, Json>>;
  /** Who asks for it, for the history. */
  readonly by?: string;
}

export interface TriggerRequest extends TriggerOptions {
  readonly kind: 'manual' | 'test';
  /** Of a plugin: the same request never creates a second run of a dag. */
  readonly request?: PluginRequest;
}

/** What creating a run needs of an installation. */
export type TriggerTools = Pick<Windrow, 'store' | 'sensors' | 'connections' | 'clock' | 'log'>;

/** `reason` says what to do instead. */
export interface Refused {
  readonly kind: 'refused';
  readonly reason: string;
  /** The record that stands in the way. */
  readonly recordId?: RecordId;
}

export interface CreatedByHand {
  readonly kind: 'created';
  readonly runId: RunId;
  readonly window?: Window;
  readonly recordId?: RecordId;
  /** It was there already, under the same request of a plugin. */
  readonly earlier?: true;
}

export interface PlannedByHand {
  readonly kind: 'planned';
  readonly window?: Window;
}

/** How long a pipeline may take to say which window is its newest. */
const ASKING_MS = 60_000;

/** Creates a queued run by hand; nothing starts it yet. */
export async function createTriggered(
  windrow: TriggerTools,
  dag: Dag,
  request: TriggerRequest,
): Promise<CreatedByHand | Refused> {
  const unusable = unusableParams(dag, request.params ?? {});
  if (unusable !== undefined) return { kind: 'refused', reason: unusable };
  const { pipeline } = dag;
  return pipeline === undefined ? plainRun(windrow, dag, request) : windowRun(windrow, { ...dag, pipeline }, request);
}

/** The window that a run by hand would move, none of a dag without records; or why there would be no run. Creates nothing. */
export async function planTriggered(
  windrow: TriggerTools,
  dag: Dag,
  { window, params = {} }: TriggerOptions,
): Promise<PlannedByHand | Refused> {
  const unusable = unusableParams(dag, params);
  if (unusable !== undefined) return { kind: 'refused', reason: unusable };
  const { pipeline } = dag;
  if (pipeline !== undefined) return planWindow(windrow, { ...dag, pipeline }, { params, ...(window && { window }) });
  return { kind: 'planned', ...(window === undefined ? {} : { window }) };
}

/** Why the dag's schema does not read the params of a run. */
export function unusableParams(dag: Dag, params: Readonly<Record<string, Json>>): string | undefined {
  if (dag.params === undefined) return dag.pipeline === undefined ? undefined : unreadParams(dag, Object.keys(params));
  const parsed = dag.params.safeParse(params);
  if (parsed.success) return undefined;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.length === 0 ? 'params' : path.join('.')}: ${message}`,
  );
  return `Dag ${dag.id} cannot use these params: ${problems.join('; ')}.`;
}

/** Of a pipeline its ports alone could read them; tasks of a plain dag may read what no schema names. */
function unreadParams({ id }: Dag, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  return (
    `Dag ${id} is a pipeline that takes no params, so nothing would read ${names.join(', ')}. Leave ${names.length === 1 ? 'it' : 'them'} out, ` +
    `or declare what it takes: pipeline('${id}', { params: z.object({ … }) }).`
  );
}

async function plainRun(
  windrow: TriggerTools,
  dag: Dag,
  { kind, window, params, request, by = UNKNOWN }: TriggerRequest,
): Promise<CreatedByHand | Refused> {
  const shape = await ownShape(windrow, dag, kind);
  const given = { ...(window === undefined ? {} : { window }), ...(params === undefined ? {} : { params }), ...shape };
  const run = await windrow.store.database.transaction(async (transaction) => {
    const earlier = request === undefined ? undefined : await findRequested(transaction, request);
    if (earlier !== undefined) return { kind: 'requested_before' as const, runId: earlier };
    const made = await createRun(transaction, { dagId: dag.id, kind, ...given });
    if (made.kind === 'already_there') return made;
    if (request !== undefined) await noteRequested(transaction, request, made.runId);
    await noteDeed(transaction, { kind: 'run_triggered', by, dagId: dag.id, runId: made.runId });
    return made;
  });
  if (run.kind === 'already_there')
    return {
      kind: 'refused',
      reason: `Dag ${dag.id} is not in the database. Start Windrow again, which registers it.`,
    };
  const earlier = run.kind === 'requested_before' ? { earlier: true as const } : {};
  return { kind: 'created', runId: run.runId, ...(window === undefined ? {} : { window }), ...earlier };
}

async function windowRun(
  windrow: TriggerTools,
  dag: Dag & { readonly pipeline: PipelineSpec },
  request: TriggerRequest,
): Promise<CreatedByHand | Refused> {
  const planned = await windowByHand(windrow, dag, request.window);
  if (planned.kind === 'refused') return planned;
  const { window } = planned;
  const record = recordOf(dag, window);
  if (record === undefined) return { kind: 'refused', reason: whichWindow(dag) };
  const created = await triggerRecord(windrow.store.database, {
    record,
    kind: request.kind,
    gapless: goesOnBehindNewest(windrow, dag),
    params: request.params ?? {},
    by: request.by ?? UNKNOWN,
    ...(await ownShape(windrow, dag, request.kind)),
  });
  return created.kind === 'created' ? { ...created, window } : created;
}

async function planWindow(
  windrow: TriggerTools,
  dag: Dag & { readonly pipeline: PipelineSpec },
  { window, params = {} }: TriggerOptions,
): Promise<PlannedByHand | Refused> {
  const planned = await windowByHand(windrow, dag, window);
  const record = planned.kind === 'planned' ? recordOf(dag, planned.window) : undefined;
  if (record === undefined) return planned;
  const wanted = { record, params, gapless: goesOnBehindNewest(windrow, dag) };
  return (await previewRecordTrigger(windrow.store.database, wanted)) ?? planned;
}

function recordOf(
  { id, schedule, pipeline }: Dag & { readonly pipeline: PipelineSpec },
  window: Window,
): NewRecord | undefined {
  const windows = schedule === undefined ? {} : { windows: schedule.windows };
  return newRecords({ pipelineId: id, spec: pipeline, ...windows }, [window])[0];
}

async function windowByHand(
  windrow: TriggerTools,
  dag: Dag & { readonly pipeline: PipelineSpec },
  given: Window | undefined,
): Promise<(PlannedByHand & { readonly window: Window }) | Refused> {
  const asked = given ?? (await newestWindow(windrow, dag.pipeline));
  if (asked === undefined) return { kind: 'refused', reason: whichWindow(dag) };
  const window = { ...asked, zone: dag.schedule?.windows.zone ?? asked.zone };
  const early = notPassed(windrow, dag, window);
  return early === undefined ? { kind: 'planned', window } : { kind: 'refused', reason: early };
}

function goesOnBehindNewest({ sensors }: TriggerTools, { id, schedule }: Dag): boolean {
  return schedule?.catchUp === 'all' || [...sensors.values()].some(({ dag }) => dag.id === id);
}

/** A test runs the dag as the code of this process has it, whatever servers have registered. */
async function ownShape(
  { store }: TriggerTools,
  dag: Dag,
  kind: TriggerRequest['kind'],
): Promise<{ readonly graphHash?: string }> {
  return kind === 'test' ? { graphHash: await registerShape(store.database, dag) } : {};
}

async function newestWindow(windrow: TriggerTools, spec: PipelineSpec): Promise<Window | undefined> {
  const { connections, clock, log } = windrow;
  return spec.newestWindow?.({ connections, clock, log, signal: AbortSignal.timeout(ASKING_MS) });
}

function whichWindow(dag: Dag): string {
  return (
    `Dag ${dag.id} is a pipeline, and a run of it moves one window: name it with --window START..END, ` +
    'for example --window 2026-01-20T13:15Z..2026-01-20T13:30Z.'
  );
}

// Data may still arrive until the lag is over; a run would be skipped by its first task.
function notPassed({ clock }: TriggerTools, dag: Dag, window: Window): string | undefined {
  const dueAt = window.end.add({ milliseconds: dag.schedule?.lagMs ?? 0 });
  if (Temporal.Instant.compare(dueAt, clock.now()) <= 0) return undefined;
  return `The window ${windowText(window)} of ${dag.id} is not complete before ${dueAt.toString()}. Trigger it then, or name an earlier one.`;
}
