import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { manifestToJson } from '#framework';
import type { CsvColumn } from '#tasks/parquet';
import { duckDbConnection, duckDbTarget, openDuckDb } from '#tasks/duckdb';

import { duckDbSettings, queryFile } from '../contract/target-ground.ts';
import { type StageGround, contextOf, openStage } from './stage-ground.ts';

const COLUMNS: readonly CsvColumn[] = ['id', 'name__v'].map((name) => ({ name, type: 'text' }));
const HOLDER = `
  const { DuckDBInstance } = require('@duckdb/node-api');
  DuckDBInstance.create(process.argv[1]).then((held) => {
    globalThis.held = held;
    console.log('held');
    process.stdin.on('data', () => process.exit(0));
  });
`;

let ground: StageGround;
let children: ChildProcess[];

beforeEach(async () => {
  ground = await openStage();
  children = [];
});

afterEach(async () => {
  for (const child of children) await ended(child);
  await ground.close();
});

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** Starts a program and waits until it says the word. */
async function started(args: readonly string[], word: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  let said = '';
  for await (const chunk of child.stdout) {
    said += String(chunk);
    if (said.includes(word)) return child;
  }
  throw new Error(`The program ended without "${word}"; it said: ${said}`);
}

function stage(updates: readonly (readonly string[])[]) {
  return ground.stage({ number: 1, tables: [{ table: 'product__v', columns: COLUMNS, updates }] });
}

describe('a DuckDB file as target', () => {
  it('waits while another process holds the file, and says which one does when it takes too long', async () => {
    const settings = duckDbSettings(ground.directory);
    const holder = await started(['-e', HOLDER, settings.file], 'held');
    const manifest = await stage([['V01', 'a']]);
    const hurried = duckDbTarget(openDuckDb({ ...settings, waitSeconds: 1 }), { stage: ground.store });
    await expect(hurried.load(manifest, contextOf(manifest))).rejects.toMatchObject({
      name: 'RemoteFailure',
      code: 'E_DUCKDB_LOCKED',
      message: expect.stringContaining(`PID ${holder.pid}`),
    });
    const patient = duckDbTarget(openDuckDb(settings), { stage: ground.store });
    const loading = patient.load(manifest, contextOf(manifest));
    holder.stdin?.write('end\n');
    await expect(loading).resolves.toMatchObject({ outcome: 'loaded', rows: 1 });
  });

  it('has nothing of a window whose process was killed in the middle, and all of it after the next try', async () => {
    const settings = duckDbSettings(ground.directory);
    const manifest = await stage([['V01', 'a']]);
    const { endpoint, accessKeyId, secretAccessKey } = ground.s3;
    const program = fileURLToPath(new URL('duckdb/load-process.ts', import.meta.url));
    const args = [program, ground.directory, endpoint, accessKeyId, secretAccessKey, manifestToJson(manifest)];
    await ended(await started(args, 'Created table product__v'));
    const target = duckDbTarget(openDuckDb(settings), { stage: ground.store });
    await expect(target.count(contextOf(manifest))).resolves.toMatchObject({ kind: 'unknown' });
    expect(await queryFile(settings.file, "select 1 from duckdb_tables() where table_name = 'product__v'")).toEqual([]);
    const context = contextOf(manifest, { fence: 2 });
    await target.clean(context);
    await expect(target.load(manifest, context)).resolves.toMatchObject({ outcome: 'loaded' });
    await expect(target.audit(manifest, context)).resolves.toMatchObject({ verdict: 'PASS' });
    expect(await queryFile(settings.file, 'select id, name__v from product__v')).toEqual([['V01', 'a']]);
  });

  it('refuses a staged file that is not the one of the manifest', async () => {
    const manifest = await stage([['V01', 'a']]);
    await ground.store.put(
      `${manifest.location.replace('s3://lake/', '')}product__v-u-0.parquet`,
      Buffer.from('other'),
    );
    const target = duckDbTarget(openDuckDb(duckDbSettings(ground.directory)), { stage: ground.store });
    await expect(target.load(manifest, contextOf(manifest))).rejects.toMatchObject({
      name: 'DataFailure',
      code: 'E_DUCKDB_STAGE_CHANGED',
    });
    await expect(target.count(contextOf(manifest))).resolves.toMatchObject({ kind: 'unknown' });
  });

  it('takes what becomes of deleted rows for all tables and for single ones', () => {
    const deletes = { default: 'soft', tables: { Account: 'history' } };
    const file = { duckdb: { file: '/data/v.duckdb', deletes } };
    const readFile = (path: string) => (path === 'connector_config.json' ? JSON.stringify(file) : undefined);
    expect(duckDbConnection.read({ environment: {}, readFile })).toMatchObject({
      settings: { deletes: { default: 'soft', tables: new Map([['account', 'history']]) } },
    });
    const environment = { DUCKDB_DELETES: 'never' };
    expect(duckDbConnection.read({ environment, readFile })).toMatchObject({
      kind: 'unreadable',
      problems: [expect.stringMatching(/^DUCKDB_DELETES.*hard, soft, history/)],
    });
  });

  it('reports every setting that is wrong at once', () => {
    const environment = { DUCKDB_FILE: 'vault.duckdb', DUCKDB_MEMORY: 'much', DUCKDB_ON_REMOVAL: 'burn' };
    const reading = duckDbConnection.read({ environment, readFile: () => undefined });
    expect(reading).toMatchObject({
      kind: 'unreadable',
      problems: [
        expect.stringContaining('DUCKDB_FILE or connector_config.json duckdb.file: expected an absolute path'),
        expect.stringContaining('DUCKDB_ON_REMOVAL'),
        expect.stringContaining('DUCKDB_MEMORY'),
      ],
    });
  });
});
