import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import {
  type Dag,
  type OpenPorts,
  type PollContext,
  type Polled,
  type Sensor,
  Temporal,
  dag,
  defineProject,
  every,
  pipeline,
  sensor,
  silentLog,
  systemClock,
  task,
} from '#framework';

import { failureOf, failureOfAsync } from '../support/failure-of.ts';

const files = dag('files', { params: z.object({ directory: z.string() }) }, (d) => {
  d.use('note', task('note', { run: () => {} }));
});
const quiet = async (): Promise<Polled<never>> => ({ items: [] });

const context: PollContext = {
  cursor: undefined,
  signal: new AbortController().signal,
  log: silentLog,
  clock: systemClock,
  connections: { get: () => Promise.reject(new Error('no connections')) },
};

/** A sensor whose code returns what its types forbid. */
function returning(result: unknown, of: Dag = files): Sensor {
  return sensor('careless', { every: '30s', dag: of, poll: async () => z.custom<Polled>().parse(result) });
}

const END = Temporal.Instant.from('2026-01-20T00:00Z');
const item = (key: string, params: object = { directory: key }): object => ({ key, params });

describe('a sensor', () => {
  it('polls for a minute at most, in strict order, unless told otherwise', () => {
    expect(sensor('arrivals', { every: '30s', dag: files, poll: quiet })).toMatchObject({
      id: 'arrivals',
      everyMs: 30_000,
      timeoutMs: 60_000,
      order: 'strict',
      connections: [],
    });
  });

  it.each<[string, () => unknown, string]>([
    ['an id that is no name', () => sensor('New Files', { every: '30s', dag: files, poll: quiet }), 'E_NAME_UNUSABLE'],
    [
      'an interval that is none',
      () => sensor('arrivals', { every: 'often', dag: files, poll: quiet }),
      'E_DURATION_UNREADABLE',
    ],
    [
      'a pipeline that has a schedule',
      () => sensor('arrivals', { every: '30s', dag: scheduled, poll: quiet }),
      'E_SENSOR_PIPELINE',
    ],
    [
      'a start of windows for a dag that has none',
      () => sensor('arrivals', { every: '30s', dag: files, start: '2026-01-01T00:00Z', poll: quiet }),
      'E_SENSOR_PIPELINE',
    ],
    [
      'a start that is no moment',
      () => sensor('arrivals', { every: '30s', dag: windows, start: 'January', poll: quiet }),
      'E_INSTANT_UNREADABLE',
    ],
    [
      'the pipeline of another sensor',
      () =>
        project({
          dags: [windows],
          sensors: ['one', 'two'].map((id) => sensor(id, { every: '1s', dag: windows, poll: quiet })),
        }),
      'E_SENSOR_PIPELINE',
    ],
    ['a dag of another project', () => project({ dags: [windows] }), 'E_SENSOR_DAG'],
    ['the id of another sensor', () => project({ sensors: [arrivals, arrivals] }), 'E_SENSOR_TWICE'],
  ])('is refused with %s', (_, ...[define, code]) => {
    expect(failureOf(define)).toMatchObject({ name: 'DefinitionFailure', code });
  });

  it('gives its code the cursor as its schema reads it, and none before the first poll', async () => {
    const seen: unknown[] = [];
    const counting = sensor('counting', {
      every: '30s',
      dag: files,
      cursor: z.object({ page: z.number() }),
      poll: async ({ cursor }) => {
        seen.push(cursor);
        return { items: [], cursor: { page: (cursor?.page ?? 0) + 1 } };
      },
    });
    expect(await counting.poll(context)).toEqual({ items: [], cursor: { page: 1 } });
    expect(await counting.poll({ ...context, cursor: { page: 4 } })).toEqual({ items: [], cursor: { page: 5 } });
    expect(seen).toEqual([undefined, { page: 4 }]);
    const failure = await failureOfAsync(() => counting.poll({ ...context, cursor: 'page 4' }));
    expect(failure).toMatchObject({ code: 'E_SENSOR_CURSOR', message: expect.stringContaining('"page 4"') });
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'E_SENSOR_POLL'],
    ['a key that is empty', { items: [item('', { directory: 'a' })] }, 'E_SENSOR_POLL'],
    ['a key with a line break', { items: [item('a\nb')] }, 'E_SENSOR_POLL'],
    ['a key with half of a character', { items: [item('a\ud83d')] }, 'E_SENSOR_POLL'],
    ['a cursor that is no JSON', { items: [], cursor: new Date(0) }, 'E_SENSOR_POLL'],
    ['a field that nobody reads', { items: [], next: 'b' }, 'E_SENSOR_POLL'],
    ['more than a thousand items', { items: Array.from({ length: 1001 }, (_, at) => item(`${at}`)) }, 'E_SENSOR_POLL'],
    ['params that the dag cannot use', { items: [item('a'), item('b', { folder: 'b' })] }, 'E_SENSOR_PARAMS'],
    ['no params where the dag needs some', { items: [{ key: 'b' }] }, 'E_SENSOR_PARAMS'],
  ])('fails a poll that returns %s', async (_, ...[result, code]) => {
    expect(await failureOfAsync(() => returning(result).poll(context))).toMatchObject({ name: 'DataFailure', code });
  });

  it.each<[string, Dag, object, string]>([
    ['no window for a pipeline', windows, { key: 'a' }, 'E_SENSOR_WINDOW'],
    ['a window for a dag that has none', files, { ...item('a'), window: { end: END } }, 'E_SENSOR_WINDOW'],
    ['a window that is text', windows, { key: 'a', window: { end: END.toString() } }, 'E_SENSOR_POLL'],
    ['a zone that nobody knows', windows, { key: 'a', window: { end: END, zone: 'Atlantis' } }, 'E_SENSOR_POLL'],
    [
      'finer times than are stored',
      windows,
      { key: 'a', window: { end: END.add({ nanoseconds: 1 }) } },
      'E_SENSOR_POLL',
    ],
    ['params that nobody reads', windows, { ...item('a'), window: { end: END } }, 'E_SENSOR_PARAMS'],
  ])('fails a poll that returns %s', async (_, of, ...[found, code]) => {
    expect(await failureOfAsync(() => returning({ items: [found] }, of).poll(context))).toMatchObject({ code });
  });

  it('names the item whose params the dag cannot use', async () => {
    const failure = await failureOfAsync(() => returning({ items: [item('a'), item('b', {})] }).poll(context));
    expect(failure.message).toContain('the item "b"');
  });
});

const noPorts: OpenPorts = () => Promise.reject(new Error('no ports'));
const windows = pipeline('windows', { connections: [], ports: noPorts });
const scheduled = pipeline('scheduled', { schedule: every('1h'), connections: [], ports: noPorts });
const arrivals = sensor('arrivals', { every: '30s', dag: files, poll: quiet });

function project(changes: Partial<Parameters<typeof defineProject>[0]>): unknown {
  return defineProject({ dags: [files], sensors: [arrivals], ...changes });
}
