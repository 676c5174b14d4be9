import { minutes } from '../core/duration.ts';
import { DataFailure } from '../core/failures.ts';
import type { SchemaDrift } from '../core/schema-drift.ts';
import { type Deferred, defer } from '../dag/task-outcome.ts';
import type { HeldLoad } from '../transfer/ports.ts';
import type { WindowWork } from './window-work.ts';

/** How soon a window that waits sees that somebody has accepted its changes. */
const LOOK_AGAIN = minutes(5);

/**
 * Tells people and plugins once what a window asks for. It fails where a contract says so, and otherwise waits: nothing of
 * it is in the target, and later windows wait behind it.
 * @throws DataFailure `E_SCHEMA_CONTRACT`
 */
export async function holdLoad(work: WindowWork, held: HeldLoad): Promise<Deferred> {
  const failed = held.schemaChanges.filter(({ decision }) => decision === 'failed');
  const message = heldText(work, held, failed);
  const isTold = await work.desk.isDriftTold(work.holder.recordId, held.schemaChanges);
  if (!isTold) {
    work.transfer.log.warn(message, { changes: held.schemaChanges.map(({ sentence }) => sentence) });
    // A message twice is better than none, so it goes out before it is noted.
    if (failed.length === 0) await tellPeople(work, held, message);
    await work.desk.tellDrift(work.holder, held.schemaChanges);
  }
  if (failed.length > 0) {
    const changes = held.schemaChanges.map((change) => ({ ...change }));
    throw new DataFailure('E_SCHEMA_CONTRACT', message, { details: { changes, accept: held.accept } });
  }
  const until = work.transfer.clock.now().add({ milliseconds: LOOK_AGAIN });
  return defer(until, message);
}

async function tellPeople({ ports, transfer }: WindowWork, held: HeldLoad, message: string): Promise<void> {
  const wait = { task: 'stage_to_target', code: 'E_SCHEMA_PAUSED', message, command: held.accept };
  await ports.waits?.(wait, transfer);
}

/** A deferral keeps 500 characters, so what to do stands before the list. */
function heldText({ record }: WindowWork, held: HeldLoad, failed: readonly SchemaDrift[]): string {
  const tables = [...new Set(held.schemaChanges.map(({ table }) => table))];
  const changes = held.schemaChanges.map(({ sentence }) => sentence).join('; ');
  const allow = `or set "apply" for ${tables.length === 1 ? 'it' : 'them'} in ${held.setting}`;
  const todo =
    failed.length === 0
      ? `It waits until they are accepted: ${held.accept}, ${allow}; then it goes on by itself.`
      : `Accept them: ${held.accept}, ${allow}; then: windrow records rerun ${record.id}.`;
  return `Nothing of record ${record.id} was loaded: the contract of ${tables.join(', ')} keeps schema changes back. ${todo} Changes: ${changes}.`;
}
