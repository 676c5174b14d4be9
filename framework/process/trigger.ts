import type { RecordId, RunId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import { Temporal } from '../core/time.ts';
import { type Window, windowText } from '../core/window.ts';
import type { Dag } from '../dag/dag.ts';
import type { PipelineSpec } from '../dag/pipeline-spec.ts';
import { newRecords } from '../record/new-records.ts';
import { UNKNOWN, noteDeed } from '../store/note-deed.ts';
import { triggerRecord } from '../store/records/trigger-record.ts';
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
}

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
}

/** How long a pipeline may take to say which window is its newest. */
const ASKING_MS = 60_000;

/** Creates a queued run by hand; nothing starts it yet. */
export async function createTriggered(
  windrow: Windrow,
  dag: Dag,
  request: TriggerRequest,
): Promise<CreatedByHand | Refused> {
  const unusable = unusableParams(dag, request.params ?? {});
  if (unusable !== undefined) return { kind: 'refused', reason: unusable };
  const { pipeline } = dag;
  return pipeline === undefined ? plainRun(windrow, dag, request) : windowRun(windrow, { ...dag, pipeline }, request);
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
  windrow: Windrow,
  dag: Dag,
  { kind, window, params, by = UNKNOWN }: TriggerRequest,
): Promise<CreatedByHand | Refused> {
  const shape = await ownShape(windrow, dag, kind);
  const given = { ...(window === undefined ? {} : { window }), ...(params === undefined ? {} : { params }), ...shape };
  const run = await windrow.store.database.transaction(async (transaction) => {
    const made = await createRun(transaction, { dagId: dag.id, kind, ...given });
    if (made.kind === 'created')
      await noteDeed(transaction, { kind: 'run_triggered', by, dagId: dag.id, runId: made.runId });
    return made;
  });
  if (run.kind === 'already_there')
    return {
      kind: 'refused',
      reason: `Dag ${dag.id} is not in the database. Start Windrow again, which registers it.`,
    };
  return { kind: 'created', runId: run.runId, ...(window === undefined ? {} : { window }) };
}

async function windowRun(
  windrow: Windrow,
  dag: Dag & { readonly pipeline: PipelineSpec },
  request: TriggerRequest,
): Promise<CreatedByHand | Refused> {
  const { pipeline, schedule } = dag;
  const asked = request.window ?? (await newestWindow(windrow, pipeline));
  if (asked === undefined) return { kind: 'refused', reason: whichWindow(dag) };
  const window = { ...asked, zone: schedule?.windows.zone ?? asked.zone };
  const early = notPassed(windrow, dag, window);
  if (early !== undefined) return { kind: 'refused', reason: early };
  const template = {
    pipelineId: dag.id,
    spec: pipeline,
    ...(schedule === undefined ? {} : { windows: schedule.windows }),
  };
  const [record] = newRecords(template, [window]);
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

function goesOnBehindNewest({ sensors }: Windrow, { id, schedule }: Dag): boolean {
  return schedule?.catchUp === 'all' || [...sensors.values()].some(({ dag }) => dag.id === id);
}

/** A test runs the dag as the code of this process has it, whatever servers have registered. */
async function ownShape(
  { store }: Windrow,
  dag: Dag,
  kind: TriggerRequest['kind'],
): Promise<{ readonly graphHash?: string }> {
  return kind === 'test' ? { graphHash: await registerShape(store.database, dag) } : {};
}

async function newestWindow(windrow: Windrow, spec: PipelineSpec): Promise<Window | undefined> {
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
function notPassed({ clock }: Windrow, dag: Dag, window: Window): string | undefined {
  const dueAt = window.end.add({ milliseconds: dag.schedule?.lagMs ?? 0 });
  if (Temporal.Instant.compare(dueAt, clock.now()) <= 0) return undefined;
  return `The window ${windowText(window)} of ${dag.id} is not complete before ${dueAt.toString()}. Trigger it then, or name an earlier one.`;
}
