import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import {
  type OpenPorts,
  type PollContext,
  type Polled,
  type Sensor,
  dag,
  defineProject,
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
function returning(result: unknown): Sensor {
  return sensor('careless', { every: '30s', dag: files, poll: async () => z.custom<Polled>().parse(result) });
}

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
    ['a pipeline', () => sensor('arrivals', { every: '30s', dag: windows, poll: quiet }), 'E_SENSOR_PIPELINE'],
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

  it('names the item whose params the dag cannot use', async () => {
    const failure = await failureOfAsync(() => returning({ items: [item('a'), item('b', {})] }).poll(context));
    expect(failure.message).toContain('the item "b"');
  });
});

const noPorts: OpenPorts = () => Promise.reject(new Error('no ports'));
const windows = pipeline('windows', { connections: [], ports: noPorts });
const arrivals = sensor('arrivals', { every: '30s', dag: files, poll: quiet });

function project(changes: Partial<Parameters<typeof defineProject>[0]>): unknown {
  return defineProject({ dags: [files], sensors: [arrivals], ...changes });
}
