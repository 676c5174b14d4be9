import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Closable, type ObjectStore, Temporal, closeAll, defineProject } from '#framework';
import { type Windrow, listRecords, operations, sensorOperations } from '#framework/operate';
import { openS3 } from '#tasks/s3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { bronzeArrivals, bronzeLanding } from '../../dags/bronze-arrivals.ts';
import { type S3Sandbox, startS3 } from '../../sandbox/s3/index.ts';
import { pollIfDue } from '../../framework/scheduler/watch-sensors.ts';
import { Bench } from '../engine/bench.ts';
import { records, rerun } from '../pipeline/records.ts';
import { eventually } from '../support/engine.ts';
import { TestClock } from '../support/test-clock.ts';

const FIRST = '2026-01-01T00:00Z..2026-01-20T13:30Z';
const SECOND = '2026-01-20T13:30Z..2026-01-20T14:00Z';
const THIRD = '2026-01-20T14:00Z..2026-01-20T15:00Z';

describe('directories that arrive in the landing area', () => {
  const opened: Closable[] = [];
  const bench = new Bench();
  let sandbox: S3Sandbox;
  let store: ObjectStore;
  let engine: Windrow;

  beforeEach(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'windrow-bronze-'));
    opened.push({ close: () => rm(directory, { recursive: true }) });
    sandbox = await startS3({ directory, buckets: ['lake'] });
    opened.push(sandbox);
    const bucket = openS3({ bucket: 'lake', prefix: '', region: sandbox.region, endpoint: sandbox.endpoint }, sandbox);
    opened.push(bucket);
    store = bucket.store;
    vi.stubEnv('AWS_ACCESS_KEY_ID', sandbox.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', sandbox.secretAccessKey);
    engine = await bench.engine({
      ...defineProject({ dags: [bronzeArrivals], sensors: [bronzeLanding] }),
      backend: 'postgres',
      clock: new TestClock('2026-01-21T00:00Z'),
      environment: { S3_BUCKET: 'lake', AWS_REGION: sandbox.region, S3_ENDPOINT: sandbox.endpoint },
    });
  });
  afterEach(async () => {
    await bench.close();
    vi.unstubAllEnvs();
    await closeAll(opened.splice(0));
  });

  const look = async (): Promise<void> => {
    await engine.store.database.run({ text: 'update sensor set next_poll_at = null' });
    const { tickMs } = engine.settings;
    await pollIfDue(bronzeLanding, new AbortController().signal, { ...engine, tickMs, random: () => 0.5 });
  };
  const arrive = async (name: string, files: Readonly<Record<string, string>>): Promise<void> => {
    for (const [path, text] of Object.entries(files)) await store.put(`landing/${name}/${path}`, Buffer.from(text));
  };
  const lake = async (): Promise<readonly string[]> => {
    const objects = await store.list('bronze/');
    return objects.map(({ key }) => key.slice('bronze/'.length)).filter((key) => !key.startsWith('_'));
  };
  const ORDERS = 'orders/ingestion_date=2026-01-20';
  const WHOLE = { _SUCCESS: '' };

  it('go into the lake once each, oldest first, byte by byte, and wait for one that is still being written', async () => {
    await arrive('20260120T150000Z', { 'orders.csv': 'id\n3\n', ...WHOLE });
    await arrive('20260120T133000Z', { 'orders.csv': 'id\n00012\n', 'items/1.csv': 'id\n', '.part': 'x', ...WHOLE });
    await arrive('20260120T140000Z', { 'orders.csv': 'id\n2\n' });
    await look();
    await records(engine, { [FIRST]: 'COMPLETED' });
    await arrive('20260120T140000Z', WHOLE);
    await look();
    await records(engine, { [FIRST]: 'COMPLETED', [SECOND]: 'COMPLETED', [THIRD]: 'COMPLETED' });
    await look();
    expect(await lake()).toEqual([
      'items/ingestion_date=2026-01-20/20260120T133000Z/items/1.csv',
      `${ORDERS}/20260120T133000Z/orders.csv`,
      `${ORDERS}/20260120T140000Z/orders.csv`,
      `${ORDERS}/20260120T150000Z/orders.csv`,
    ]);
    expect(await store.findText(`bronze/${ORDERS}/20260120T133000Z/orders.csv`)).toBe('id\n00012\n');
    const loaded = await listRecords(engine.store.database, { pipelineId: 'bronze_arrivals', limit: 9 });
    expect(loaded.map(({ audit }) => [audit.sourceCount, audit.targetCount, audit.result])).toEqual([
      [1, 1, 'PASS'],
      [1, 1, 'PASS'],
      [2, 2, 'PASS'],
    ]);
  });

  it('leave nothing of an earlier load in the lake when they are run again with other files', async () => {
    await arrive('20260120T133000Z', { 'orders.csv': 'id\n1\n', 'items.csv': 'id\n', ...WHOLE });
    await look();
    await records(engine, { [FIRST]: 'COMPLETED' });
    await store.removeAll(['landing/20260120T133000Z/items.csv']);
    await arrive('20260120T133000Z', { 'orders.csv': 'id\n1\n2\n' });
    await rerun(engine, FIRST);
    await eventually('the second load', async () =>
      (await store.findText(`bronze/${ORDERS}/20260120T133000Z/orders.csv`)) === 'id\n1\n2\n' ? true : undefined,
    );
    await records(engine, { [FIRST]: 'COMPLETED' });
    expect(await lake()).toEqual([`${ORDERS}/20260120T133000Z/orders.csv`]);
  });

  it('are loaded by hand where they come too late to be seen, in a window of their own', async () => {
    await arrive('20260120T133000Z', { 'orders.csv': 'id\n1\n', ...WHOLE });
    await look();
    await records(engine, { [FIRST]: 'COMPLETED' });
    await arrive('20251230T000000Z', { 'orders.csv': 'id\n0\n', ...WHOLE });
    await look();
    expect(await listRecords(engine.store.database, { limit: 9 })).toHaveLength(1);
    const end = Temporal.Instant.from('2025-12-30T00:00Z');
    const window = { start: end.subtract({ hours: 24 }), end, zone: 'UTC' };
    const params = { directory: '20251230T000000Z' };
    expect(await operations(engine).triggerDag('bronze_arrivals', { window, params })).toMatchObject({
      kind: 'created',
    });
    await records(engine, { '2025-12-29T00:00Z..2025-12-30T00:00Z': 'COMPLETED', [FIRST]: 'COMPLETED' });
    expect(await lake()).toContain('orders/ingestion_date=2025-12-30/20251230T000000Z/orders.csv');
  });

  it('are loaded once: a second window finds its files loaded, and stops where one of them has changed', async () => {
    await arrive('20260120T133000Z', { 'orders.csv': 'id\n1\n', 'items.csv': 'id\n', ...WHOLE });
    await look();
    await records(engine, { [FIRST]: 'COMPLETED' });
    const again = async (from: string, to: string): Promise<void> => {
      const window = { start: Temporal.Instant.from(from), end: Temporal.Instant.from(to), zone: 'UTC' };
      const params = { directory: '20260120T133000Z' };
      expect(await operations(engine).triggerDag('bronze_arrivals', { window, params })).toMatchObject({
        kind: 'created',
      });
    };
    await again('2026-01-20T13:30Z', '2026-01-20T14:00Z');
    await records(engine, { [FIRST]: 'COMPLETED', [SECOND]: 'COMPLETED' });
    await arrive('20260120T133000Z', { 'orders.csv': 'id\n2\n' });
    await again('2026-01-20T14:00Z', '2026-01-20T15:00Z');
    await records(engine, { [FIRST]: 'COMPLETED', [SECOND]: 'COMPLETED', [THIRD]: 'FAILED' });
    const [third, second] = await listRecords(engine.store.database, { pipelineId: 'bronze_arrivals', limit: 2 });
    expect(second?.audit).toMatchObject({ sourceCount: 0, targetCount: 0, result: 'PASS' });
    expect(third?.error).toMatchObject({
      code: 'E_FILE_CHANGED_AFTER_LOAD',
      details: { path: '20260120T133000Z/orders.csv', loadedBy: 1 },
    });
    expect(await store.findText(`bronze/${ORDERS}/20260120T133000Z/orders.csv`)).toBe('id\n1\n');
  });

  it('whose name is no moment stop the poll by name', async () => {
    await arrive('tuesday', WHOLE);
    await look();
    const view = await sensorOperations(engine).show('bronze_landing', { limit: 1 });
    expect(view?.lastError).toMatchObject({ code: 'E_DIRECTORY_NAME', message: expect.stringContaining('"tuesday"') });
  });
});
