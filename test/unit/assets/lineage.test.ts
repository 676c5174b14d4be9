import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { Secret, Temporal } from '#framework';
import { fileTransport, httpTransport } from '#framework/assets';

import { type LineageRun, EVENT_TYPES, runEvent } from '../../../framework/plugins/assets/lineage/run-event.ts';
import { uuidOf } from '../../../framework/plugins/assets/lineage/run-uuid.ts';
import { failureOf } from '../../support/failure-of.ts';
import { OpenLineageEvent } from './open-lineage.ts';

const AT = Temporal.Instant.from('2026-01-20T13:31:02.5Z');
const WINDOW = { start: AT.subtract({ minutes: 31 }), end: AT.subtract({ minutes: 16 }), zone: 'UTC' };
const RUN: LineageRun = { namespace: 'shop', dagId: 'orders', runId: 7, window: WINDOW };
const TRY: LineageRun = { ...RUN, task: { taskId: 'load', mapIndex: null, attempt: 1 } };
const signal = new AbortController().signal;

const full = {
  at: AT,
  description: 'Loads orders',
  failure: 'E_X: no room',
  inputs: [
    { namespace: 'vault', name: 'orders', description: 'As the source has them', uri: 'https://vault.example.com' },
  ],
  outputs: [
    { namespace: 'redshift', name: 'dev.orders', rows: 3, bytes: 120, columns: [{ name: 'id', type: 'varchar' }] },
    { namespace: 'redshift', name: 'dev.unknown' },
  ],
} as const;

describe('an event of OpenLineage', () => {
  it.each(EVENT_TYPES)(
    '%s keeps the published schema, of a run and of a try, with all and with nothing known',
    (type) => {
      for (const run of [RUN, TRY, { ...RUN, window: null }]) {
        for (const told of [full, { at: AT, inputs: [], outputs: [] }]) {
          const event = runEvent(run, { ...told, type });
          expect(OpenLineageEvent.safeParse(JSON.parse(JSON.stringify(event))).error).toBeUndefined();
        }
      }
    },
  );

  it('names window, failure, parent, rows and columns', () => {
    const { run, job, inputs, outputs } = runEvent(TRY, { ...full, type: 'FAIL' });
    expect(job.name).toBe('orders.load');
    expect(run.facets).toMatchObject({
      nominalTime: { nominalStartTime: '2026-01-20T13:00:02.5Z', nominalEndTime: '2026-01-20T13:15:02.5Z' },
      parent: {
        run: { runId: runEvent(RUN, { ...full, type: 'START' }).run.runId },
        job: { namespace: 'shop', name: 'orders' },
      },
      errorMessage: { message: 'E_X: no room' },
    });
    expect(inputs[0]?.facets).toMatchObject({ dataSource: { name: 'vault', uri: 'https://vault.example.com' } });
    expect(outputs[0]).toMatchObject({
      facets: { schema: { fields: [{ name: 'id', type: 'varchar' }] } },
      outputFacets: { outputStatistics: { rowCount: 3, size: 120 } },
    });
    expect(outputs[1]?.outputFacets).toEqual({});
  });

  it('has the same id for the same run or try, and another for each other one', () => {
    const idOf = (run: LineageRun) => runEvent(run, { type: 'START', at: AT, inputs: [], outputs: [] }).run.runId;
    const task = { taskId: 'load', mapIndex: null, attempt: 1 };
    const others: LineageRun[] = [
      RUN,
      TRY,
      { ...RUN, runId: 8 },
      { ...RUN, namespace: 'other' },
      { ...RUN, task: { ...task, attempt: 2 } },
      { ...RUN, task: { ...task, mapIndex: 0 } },
      { ...RUN, task: { ...task, taskId: 'loads' } },
    ];
    expect(new Set(others.map(idOf)).size).toBe(others.length);
    expect(idOf(structuredClone({ ...TRY, window: null }))).toBe(idOf(TRY));
  });

  it('has ids of version 5', () => {
    expect(uuidOf('any')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe('lineage over HTTP', () => {
  const open: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0)) await close();
  });

  async function collector(...statuses: readonly number[]) {
    const heard: { readonly authorization: string | undefined; readonly body: string }[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        heard.push({ authorization: request.headers.authorization, body: Buffer.concat(chunks).toString() });
        response.writeHead(statuses[heard.length - 1] ?? 201).end('said so');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    open.push(async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The collector has no port.');
    return { url: `http://127.0.0.1:${address.port}/api/v1/lineage`, heard };
  }

  it('posts the event with its token, which is in no message', async () => {
    const { url, heard } = await collector(201, 500);
    const transport = httpTransport({ url, token: new Secret('hidden') });
    await expect(transport.send({ a: 1 }, signal)).resolves.toEqual({ kind: 'arrived' });
    expect(heard).toEqual([{ authorization: 'Bearer hidden', body: '{"a":1}' }]);
    await expect(transport.send({ a: 1 }, signal)).rejects.toMatchObject({
      code: 'E_LINEAGE_ANSWER',
      message: expect.not.stringContaining('hidden'),
    });
  });

  it.each([503, 429, 401, 404, 405])('tries again after %i', async (status) => {
    const { url } = await collector(status);
    await expect(httpTransport({ url }).send({}, signal)).rejects.toMatchObject({ name: 'RemoteFailure' });
  });

  it('leaves out what the collector refuses, and says why', async () => {
    const { url } = await collector(422);
    await expect(httpTransport({ url }).send({}, signal)).resolves.toEqual({
      kind: 'refused',
      reason: `${url} answered 422: said so`,
    });
  });

  it('keeps an event for a collector that is not there', async () => {
    const { url } = await collector();
    await open.pop()?.();
    await expect(httpTransport({ url }).send({}, signal)).rejects.toMatchObject({ code: 'E_LINEAGE_UNREACHABLE' });
  });

  it('refuses an address that is none', () => {
    expect(failureOf(() => httpTransport({ url: 'marquez:5000' })).code).toBe('E_LINEAGE_URL');
  });
});

describe('lineage in a file', () => {
  it('is one line of JSON for each event, in a folder that is made', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'windrow-lineage-'));
    try {
      const path = join(directory, 'new', 'lineage.ndjson');
      for (const number of [1, 2]) await fileTransport(path).send({ number, text: 'a\nb' }, signal);
      expect(await readFile(path, 'utf8')).toBe('{"number":1,"text":"a\\nb"}\n{"number":2,"text":"a\\nb"}\n');
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
