import { formatDuration, milliseconds } from '../../core/duration.ts';
import type { SensorView } from '../../store/views/list-sensors.ts';
import type { SensorItemView } from '../../store/views/sensor-items.ts';
import { moment, withoutStack } from './run-text.ts';
import { type Cell, facts, table } from '../table.ts';

export function sensorTable(sensors: readonly SensorView[]): string {
  const rows = sensors.map((sensor): Cell[] => [
    sensor.id,
    sensor.dagId,
    stateText(sensor),
    interval(sensor),
    cursorText(sensor),
    moment(sensor.lastPollAt),
    sensor.waitingItems,
    sensor.failures === 0 ? null : sensor.lastError?.code,
  ]);
  const titles = ['sensor', 'dag', 'state', 'every', 'cursor', 'last poll', 'waiting', 'error'];
  return table(titles, rows, 'The project has no sensors.');
}

export function sensorText(sensor: SensorView, items: readonly SensorItemView[]): string {
  const head = facts([
    ['sensor', sensor.id],
    ['dag', sensor.dagId],
    ['state', stateText(sensor)],
    ['every', interval(sensor)],
    ['order', sensor.order],
    ['cursor', cursorText(sensor)],
    ['last poll', moment(sensor.lastPollAt)],
    ['next poll', sensor.nextPollAt === null ? 'at once' : moment(sensor.nextPollAt)],
    ['waiting items', sensor.waitingItems],
    ['held back by', holderText(sensor)],
    ['failures in a row', sensor.failures],
    ['last error', errorText(sensor)],
  ]);
  const rows = items.map((item): Cell[] => [
    item.key,
    item.recordId,
    item.runId,
    item.skippedReason === null ? (item.recordStatus ?? item.state) : `skipped: ${item.skippedReason}`,
    moment(item.createdAt),
    moment(item.endedAt),
  ]);
  return `${head}\n\n${table(['item', 'record', 'run', 'state', 'found', 'ended'], rows, 'It has found nothing yet.')}`;
}

/** A sensor as JSON. Stacks name files of the machine that polled: they are for --debug. */
export function sensorJson(sensor: SensorView, { debug }: { readonly debug: boolean }): object {
  return debug ? sensor : { ...sensor, lastError: withoutStack(sensor.lastError) };
}

function stateText({ removedAt, paused, heldBy, failures }: SensorView): string {
  if (removedAt !== null) return 'removed from code';
  if (paused) return 'paused';
  if (heldBy !== null) return 'held back';
  return failures > 0 ? 'failing' : 'active';
}

function holderText({ id, heldBy }: SensorView): string | null {
  if (heldBy === null) return null;
  if (heldBy.kind === 'record') {
    const { recordId, status, key } = heldBy;
    const what = key === null ? `record ${recordId} (${status})` : `"${key}" (record ${recordId} ${status})`;
    return `${what}; go on with: windrow records rerun ${recordId}, or skip`;
  }
  return `"${heldBy.key}" (run ${heldBy.runId} ${heldBy.state}); go on with: windrow sensors rerun ${id} '${heldBy.key}', or skip`;
}

function errorText({ lastError, lastErrorAt }: SensorView): string | null {
  return lastError === null ? null : `${moment(lastErrorAt)} ${lastError.code}: ${lastError.message}`;
}

function cursorText({ cursor }: SensorView): string | null {
  return cursor === null ? null : JSON.stringify(cursor);
}

function interval({ everyMs }: SensorView): string {
  return formatDuration(milliseconds(everyMs));
}
