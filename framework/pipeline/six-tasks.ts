import type { FileManifest } from '../core/arrived-file.ts';
import { minutes } from '../core/duration.ts';
import { DataFailure } from '../core/failures.ts';
import { windowText } from '../core/window.ts';
import type { PipelineSpec } from '../dag/pipeline-spec.ts';
import type { Millis } from '../core/duration.ts';
import type { TaskContext } from '../dag/task-context.ts';
import { type Deferred, defer, skip } from '../dag/task-outcome.ts';
import { differences } from '../record/differences.ts';
import { type Phase, isCompleted } from '../record/phase.ts';
import type { WindowRecord } from '../record/record.ts';
import type { CompletedFigures, RecordHolder } from '../record/record-desk.ts';
import { validateRecord } from '../record/validate.ts';
import type { Audit, LoadReceipt } from '../transfer/ports.ts';
import { sourceRows } from '../transfer/quarantine.ts';
import type { StageManifest } from '../transfer/stage-manifest.ts';
import { holdLoad } from './held-load.ts';
import type { OpenPorts, WindowWork } from './window-work.ts';
import { openWork } from './window-work.ts';

export interface TemplateOptions {
  readonly spec: PipelineSpec;
  readonly lagMs: Millis;
  readonly openPorts: OpenPorts;
}

/** The lock of a record lives by heartbeats; this is what it has until the first one. */
const FIRST_LEASE = minutes(1);

/** Claims the record that the run is bound to, if it is complete and its window lies before now minus lag. */
export async function storeAndValidate(context: TaskContext, { spec, lagMs, openPorts }: TemplateOptions) {
  const { desk, holder, record } = await openWork(context, { spec, openPorts });
  const validation = validateRecord(record, { checkFields: spec.checkFields, lagMs }, context.clock.now());
  if (validation.kind === 'future')
    return skip(`the window is due at ${validation.readyAt.toString()}, its data may still change`);
  const claim = await desk.claim(holder, FIRST_LEASE);
  if (claim.kind === 'unavailable') return skip(claim.reason);
  if (validation.kind === 'incomplete') {
    throw new DataFailure(
      'E_RECORD_INCOMPLETE',
      `Record ${record.id} lacks ${validation.absent.join(', ')}, which checkFields of pipeline "${record.pipelineId}" demands. ` +
        `Correct the business key functions or shorten checkFields, then: windrow records rerun ${record.id}, which computes the keys anew.`,
    );
  }
  context.log.info('Window claimed', {
    record: record.id,
    window: windowText(record.window),
    resumes_after: record.phaseCompleted ?? null,
  });
  return { recordId: record.id, window: windowText(record.window) };
}

/** Compares source and target before any work is done; waits while the source has not published the window. */
export async function preValidation(context: TaskContext, { spec, openPorts }: TemplateOptions) {
  const { desk, holder, record, ports, transfer } = await openWork(context, { spec, openPorts });
  if (isDone(record, holder)) return skip('source and target have the same rows for this window already');
  if (isCompleted(record, 'SOURCE_TO_STAGE'))
    return { source: record.audit.sourceCount ?? null, target: null, resumed: true };
  const source = await ports.source.count(transfer);
  if (source.kind === 'not_yet') return defer(source.until, source.reason);
  const target = await ports.target.count(transfer);
  const rows = source.kind === 'counted' ? source.rows : null;
  // A re-run is there to do the work again, whatever the counts say.
  if (record.retryAttempt === 0 && target.kind === 'counted' && target.rows === rows) {
    const manifest = await ports.stage.find(transfer);
    if (manifest !== undefined) await ports.completed?.(manifest, transfer);
    await desk.alreadyLoaded(holder, target.rows, spec.covers);
    return skip(`source and target both have ${target.rows} rows for this window already`);
  }
  return { source: rows, target: target.kind === 'counted' ? target.rows : null, resumed: false };
}

export async function sourceToStage(context: TaskContext, { spec, openPorts }: TemplateOptions) {
  const work = await openWork(context, { spec, openPorts });
  const { record, ports, transfer } = work;
  const kept = isCompleted(record, 'SOURCE_TO_STAGE') ? await intactStage(work) : undefined;
  if (kept !== undefined) return { rows: kept.rows, bytes: kept.bytes, resumed: true };
  const manifest = await phase(work, 'SOURCE_TO_STAGE', async () => {
    await ports.stage.clean(transfer);
    const written = await ports.source.transfer({ ...transfer, files: fileManifest(work) });
    await ports.stage.verify(written, transfer);
    return { result: written, facts: { sourceCount: sourceRows(written), stageCount: written.rows } };
  });
  return { rows: manifest.rows, bytes: manifest.bytes, resumed: false };
}

/** A file that is left out is said to be so, whichever source asked. */
function fileManifest({ desk, holder, transfer }: WindowWork): FileManifest {
  return {
    admit: async (file) => {
      const admission = await desk.admitFile(holder, file);
      if (admission.kind === 'loaded_before')
        transfer.log.info('A file is left out: another window has loaded it', {
          path: file.path,
          sha256: file.sha256,
          record: admission.recordId,
          loaded_at: admission.at.toString(),
        });
      return admission;
    },
  };
}

export async function stageToTarget(context: TaskContext, { spec, openPorts }: TemplateOptions) {
  const work = await openWork(context, { spec, openPorts });
  const { record, ports, transfer } = work;
  if (isCompleted(record, 'STAGE_TO_TARGET')) return { rows: record.audit.stageCount ?? 0, outcome: 'resumed' };
  return phase<Deferred | LoadedFigures>(work, 'STAGE_TO_TARGET', async () => {
    const manifest = await stagedManifest(work);
    await ports.target.clean(transfer);
    const loaded = await ports.target.load(manifest, transfer);
    if (loaded.outcome === 'held') return { result: await holdLoad(work, loaded) };
    const schemaChanges = loaded.schemaChanges.map((change) => ({ ...change }));
    const result = { rows: loaded.rows, outcome: loaded.outcome };
    return { result, facts: { receipt: { ...loaded, schemaChanges } } };
  });
}

interface LoadedFigures {
  readonly rows: number;
  readonly outcome: LoadReceipt['outcome'];
}

/** Counts and keys must agree; only then the window is complete and what waits for it may go on. */
export async function audit(context: TaskContext, { spec, openPorts }: TemplateOptions) {
  const work = await openWork(context, { spec, openPorts });
  const { desk, holder, record, ports, transfer } = work;
  if (isDone(record, holder)) {
    return { source: record.audit.sourceCount ?? 0, target: record.audit.targetCount ?? 0, verdict: 'PASS' as const };
  }
  await desk.startPhase(holder, 'AUDIT');
  const manifest = await stagedManifest(work);
  const found = await ports.target.audit(manifest, transfer);
  // Before the record says so: whoever reads COMPLETED may rely on everything that goes with it.
  if (found.verdict === 'PASS') await ports.completed?.(manifest, transfer);
  await desk.audited(holder, auditFigures(found), spec.covers);
  if (found.verdict === 'FAIL') throw differs(work, found);
  const quarantined = found.quarantined === undefined ? {} : { quarantined: found.quarantined };
  return { source: found.sourceRows, target: found.targetRows, verdict: found.verdict, ...quarantined };
}

function auditFigures(found: Audit): CompletedFigures {
  return {
    ...differences(found.sourceRows, found.targetRows),
    sourceCount: found.sourceRows,
    targetCount: found.targetRows,
    result: found.verdict,
    details: {
      differences: found.differences.map((difference) => ({ ...difference })),
      ...(found.quarantined === undefined ? {} : { quarantined: found.quarantined }),
    },
  };
}

/** Releases locks that nobody holds any more, and tells people about a failure of this window. Runs whatever happened. */
export async function cleanupStaleLocks(context: TaskContext, { spec, openPorts }: TemplateOptions) {
  const { desk, record, ports, transfer } = await openWork(context, { spec, openPorts });
  const released = await desk.releaseStale(record.pipelineId, spec.staleLockMs);
  if (released.length > 0) context.log.warn('Stale locks released', { records: [...released] });
  const [failed] = await desk.failedTasks(context.runId);
  if (failed !== undefined) {
    const { code, message } = failed.failure;
    await ports.failed?.({ task: failed.task, code, message, command: `windrow records rerun ${record.id}` }, transfer);
  }
  return { released: released.length };
}

/** This run completed its record in an earlier try, whose worker died before it could report. */
function isDone(record: WindowRecord, holder: RecordHolder): boolean {
  return record.pipelineStatus === 'COMPLETED' && record.dagRunId === holder.runId;
}

async function phase<T>(
  { desk, holder }: WindowWork,
  name: Phase,
  work: () => Promise<{
    readonly result: T;
    /** Absent: the phase is not completed, the window waits in it. */
    readonly facts?: Parameters<WindowWork['desk']['completePhase']>[2];
  }>,
): Promise<T> {
  await desk.startPhase(holder, name);
  try {
    const { result, facts } = await work();
    if (facts !== undefined) await desk.completePhase(holder, name, facts);
    return result;
  } catch (error) {
    // The failure that counts is the one of the work; a record that is fenced meanwhile belongs to somebody else.
    await desk.failPhase(holder, name).catch(() => {});
    throw error;
  }
}

async function intactStage({ ports, transfer }: WindowWork): Promise<StageManifest | undefined> {
  const manifest = await ports.stage.find(transfer);
  if (manifest === undefined) return undefined;
  try {
    await ports.stage.verify(manifest, transfer);
    return manifest;
  } catch (error) {
    if (!(error instanceof DataFailure)) throw error;
    transfer.log.warn('The stage is not intact any more and is filled anew', { why: error.message });
    return undefined;
  }
}

async function stagedManifest({ ports, transfer, record }: WindowWork): Promise<StageManifest> {
  const manifest = await ports.stage.find(transfer);
  if (manifest !== undefined) return manifest;
  throw new DataFailure(
    'E_STAGE_GONE',
    `The stage of record ${record.id} (${windowText(transfer.window)}) has no manifest any more. ` +
      `Fill it again: windrow records rerun ${record.id} --from SOURCE_TO_STAGE.`,
  );
}

function differs({ record }: WindowWork, found: Audit): DataFailure {
  const tables = found.differences.map(
    ({ table, expected, found: rows, missing, surplus }) =>
      `${table} (expected ${expected}, found ${rows}: ${missing} missing, ${surplus} too many)`,
  );
  return new DataFailure(
    'E_AUDIT_DIFFERENCE',
    `The audit of record ${record.id} found differences in ${tables.length} tables: ${tables.slice(0, 20).join(', ')}. ` +
      `Later windows wait. Find out who changed the target, then: windrow records rerun ${record.id} --from STAGE_TO_TARGET.`,
    { details: { differences: found.differences.map((difference) => ({ ...difference })) } },
  );
}
