import { type Command, Option } from 'commander';

import type { Json } from '../../core/json.ts';
import { windowText } from '../../core/window.ts';
import { type CursorPreview, type PreviewedItem, sensorOperations } from '../../process/sensor-operations.ts';
import type { Windrow } from '../../process/windrow.ts';
import type { Database } from '../../store/database.ts';
import { setCursor, setSensorPaused } from '../../store/sensors/set-sensor.ts';
import { findSensor, listSensors } from '../../store/views/list-sensors.ts';
import { readHistory } from '../../store/views/read-history.ts';
import { sensorItems } from '../../store/views/sensor-items.ts';
import { type Answer, done, notFound, refused } from '../answer.ts';
import { jsonArgument, limitArgument, reasonArgument } from '../arguments.ts';
import { historyText } from '../text/history-text.ts';
import { unknownName } from '../near-names.ts';
import { sensorJson, sensorTable, sensorText } from '../text/sensor-text.ts';
import type { Session } from '../session.ts';
import type { Shell } from '../shell.ts';
import { type Cell, table } from '../table.ts';

interface CursorOptions {
  readonly set?: Json;
  readonly reset?: true;
  readonly dryRun?: true;
}

export function addSensors(program: Command, { act }: Shell): void {
  const sensors = program.command('sensors').description('what starts runs when something new is found');
  const one = (verb: string, description: string): Command =>
    sensors.command(verb).description(description).argument('<sensor>', 'id of the sensor');
  sensors.command('list').description('every sensor with its cursor and its last poll').action(act(list));
  one('show', 'one sensor: cursor, last poll, last error, newest items with their runs, who did what')
    .option('--limit <count>', 'at most so many items', limitArgument, 20)
    .action(act(show));
  one('cursor', 'print the cursor, or change what counts as seen; known keys never start a second run')
    .addOption(new Option('--set <json>', 'the new cursor').argParser(jsonArgument).conflicts('reset'))
    .option('--reset', 'begin anew, without a cursor')
    .option('--dry-run', 'poll with that cursor, show what would start, and change nothing')
    .action(act(cursor));
  one('rerun', 'a new run for an item whose run failed or was cancelled')
    .argument('<key>', 'key of the item')
    .action(act(rerun));
  one('skip', 'give an item up that failed, was cancelled, or made the last poll fail: later ones go on without it')
    .argument('<key>', 'key of the item')
    .requiredOption('--reason <text>', 'why; kept on the item', reasonArgument)
    .action(act(skip));
  one('pause', 'poll no more; runs of items go on').action(
    act((session: Session, id: string) => pause(session, id, true)),
  );
  one('unpause', 'poll again, from the cursor on').action(
    act((session: Session, id: string) => pause(session, id, false)),
  );
}

async function list(session: Session): Promise<Answer> {
  const sensors = await session.withDags((database) => listSensors(database));
  return done(
    sensors.map((sensor) => sensorJson(sensor, session)),
    sensorTable(sensors),
  );
}

async function show(session: Session, id: string, { limit }: { readonly limit: number }): Promise<Answer> {
  return session.withDags(async (database) => {
    const sensor = await findSensor(database, id);
    if (sensor === undefined) return unknownSensor(database, id);
    const items = await sensorItems(database, id, { limit });
    const history = await readHistory(database, { dagId: sensor.dagId, subject: { sensor: id } }, limit);
    const text = `${sensorText(sensor, items)}${historyText(history)}`;
    return done({ ...sensorJson(sensor, session), items, history }, text);
  });
}

async function cursor(session: Session, id: string, options: CursorOptions): Promise<Answer> {
  const { set, reset, dryRun } = options;
  const changes = set !== undefined || reset === true;
  if (dryRun === true) return session.withWindrow((windrow) => preview(windrow, id, options));
  return session.withDags(async (database) => {
    if (changes && !(await setCursor(database, id, { cursor: set, by: session.user })))
      return unknownSensor(database, id);
    const sensor = await findSensor(database, id);
    if (sensor === undefined) return unknownSensor(database, id);
    const json = { sensorId: id, cursor: sensor.cursor, changed: changes };
    if (!changes) return done(json, sensor.cursor === null ? 'no cursor' : JSON.stringify(sensor.cursor));
    const now = sensor.cursor === null ? 'without a cursor' : `with the cursor ${JSON.stringify(sensor.cursor)}`;
    return done(json, `Sensor ${id} polls again ${now} at the next tick. Known keys stay as they are.`);
  });
}

async function preview(windrow: Windrow, id: string, { set, reset }: CursorOptions): Promise<Answer> {
  const present = await findSensor(windrow.store.database, id);
  const given = set === undefined && reset !== true ? present?.cursor : set;
  const polled = await sensorOperations(windrow).previewCursor(id, given);
  if (polled.kind === 'not_found') return unknownSensor(windrow.store.database, id);
  const { items, more, cursor: next } = polled;
  return done({ dryRun: true, sensorId: id, items, cursor: next, more }, previewText(polled));
}

function previewText({ items, cursor: next, more }: Extract<CursorPreview, { kind: 'polled' }>): string {
  const rows = items.map((item): Cell[] => [
    item.key,
    fateOf(item),
    item.becomes === null ? null : windowText(item.becomes),
    item.params === undefined ? null : JSON.stringify(item.params),
  ]);
  const fresh = items.filter(({ known }) => !known).length;
  const count = `${fresh} would start, ${items.length - fresh} stay${more ? ', and there are more' : ''}.`;
  const cursorThen = `The cursor would be ${JSON.stringify(next)}.`;
  return `${table(['key', 'then', 'window', 'params'], rows, 'Nothing new.')}\n\n${count} ${cursorThen}\nDry run: nothing was changed.`;
}

function fateOf({ known, began }: PreviewedItem): string {
  if (!known) return 'would start';
  if (began?.recordId) return `known, stays record ${began.recordId}`;
  return began?.runId ? `known, stays run ${began.runId}` : 'known, stays';
}

async function rerun(session: Session, id: string, key: string): Promise<Answer> {
  return session.withWindrow(async (windrow) => {
    const started = await sensorOperations(windrow).rerunItem(id, key, session.user);
    if (started.kind === 'not_found') return unknownItem(windrow.store.database, id, key);
    if (started.kind === 'refused') return refused(started.reason);
    const { runId } = started;
    return done(
      { sensorId: id, key, runId },
      `Run ${runId} is created for the item "${key}" of ${id}. A worker does it.`,
    );
  });
}

interface Skip {
  readonly reason: string;
}

/** Commander hands over an option object behind the arguments. */
async function skip(session: Session, ...[id, key, { reason }]: [string, string, Skip]): Promise<Answer> {
  return session.withWindrow(async (windrow) => {
    const skipped = await sensorOperations(windrow).skipItem(id, key, reason, session.user);
    if (skipped.kind === 'not_found') return unknownItem(windrow.store.database, id, key);
    if (skipped.kind === 'refused') return refused(skipped.reason);
    return done(
      { sensorId: id, key, skipped: true, reason },
      `The item "${key}" of ${id} is skipped. Later ones go on.`,
    );
  });
}

async function pause(session: Session, id: string, paused: boolean): Promise<Answer> {
  return session.withDags(async (database) => {
    if (!(await setSensorPaused(database, id, { paused, by: session.user }))) return unknownSensor(database, id);
    const text = paused ? 'is paused: it does not poll; runs of its items go on.' : 'polls again.';
    return done({ sensorId: id, paused }, `Sensor ${id} ${text}`);
  });
}

async function unknownSensor(database: Database, id: string): Promise<Answer> {
  const known = await listSensors(database);
  return notFound(
    unknownName(
      'sensor',
      id,
      known.map((sensor) => sensor.id),
    ),
  );
}

async function unknownItem(database: Database, id: string, key: string): Promise<Answer> {
  if ((await findSensor(database, id)) === undefined) return unknownSensor(database, id);
  return notFound(`Sensor ${id} has no item "${key}" with a run. The newest: windrow sensors show ${id}`);
}
