import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { CsvColumn } from '#tasks/parquet';
import { duckDbTarget, openDuckDb } from '#tasks/duckdb';

import { duckDbSettings } from '../contract/target-ground.ts';
import { type StageGround, contextOf, openStage } from '../tasks/stage-ground.ts';
import { FIELD, type Installation, openInstallationFolder, windrow, windrowJson } from './windrow.ts';

const VERBS = fileURLToPath(new URL('../../tasks/duckdb/verbs.ts', import.meta.url));
const text = (name: string): CsvColumn => ({ name, type: 'text' });

describe('windrow duckdb drift', () => {
  let at: Installation;
  let ground: StageGround;
  let environment: Readonly<Record<string, string>>;

  beforeAll(async () => {
    at = await openInstallationFolder({ ...FIELD, verbs: [VERBS] });
    ground = await openStage();
    environment = { DUCKDB_FILE: duckDbSettings(ground.directory).file };
  });
  afterAll(async () => {
    await ground.close();
    await at.close();
  });

  /** A window that brings a column against the contract of its table. */
  const hold = async (table: string, decision: 'pause' | 'fail', number: number): Promise<void> => {
    const contracts = { default: 'apply', tables: new Map([[table, decision]]) } as const;
    for (const [index, columns] of [[text('id')], [text('id'), text('name__v')]].entries()) {
      const updates = [columns.map(() => '1')];
      const manifest = await ground.stage({ number: number + index, tables: [{ table, columns, updates }] });
      const settings = duckDbSettings(ground.directory, index === 0 ? {} : { contracts });
      const target = duckDbTarget(openDuckDb(settings), { stage: ground.store });
      await target.load(manifest, contextOf(manifest));
    }
  };

  it('lists what waits with exit code 1, accepts the named tables, and says what follows', async () => {
    await hold('waits__v', 'pause', 1);
    await hold('fails__v', 'fail', 3);
    const waiting = await windrowJson(at, 'duckdb drift list --waiting', environment);
    expect(waiting).toMatchObject({
      code: 1,
      json: [
        { table: 'fails__v', decision: 'failed' },
        { table: 'waits__v', decision: 'paused' },
      ],
    });

    const { code, out } = await windrow(at, 'duckdb drift accept fails__v', environment);
    expect(code).toBe(0);
    expect(out).toMatch(/fails__v +failed .*new column fails__v\.name__v \(varchar\)/);
    expect(out).toContain('Accepted. Record 4 failed: windrow records rerun 4');
    expect((await windrow(at, 'duckdb drift accept --all', environment)).out).toContain('within five minutes');

    expect(await windrow(at, 'duckdb drift list --waiting', environment)).toMatchObject({
      code: 0,
      out: expect.stringContaining('No schema change waits for anybody.'),
    });
    const all = await windrowJson(at, 'duckdb drift list', environment);
    const decisions = expect.arrayContaining([expect.objectContaining({ table: 'waits__v', decision: 'accepted' })]);
    expect(all).toMatchObject({ code: 0, json: decisions });
  });

  it('refuses to accept nothing by name, and everything with names', async () => {
    expect(await windrowJson(at, 'duckdb drift accept', environment)).toMatchObject({
      code: 2,
      json: { error: { code: 'E_USAGE' } },
    });
    expect(await windrowJson(at, 'duckdb drift accept waits__v --all', environment)).toMatchObject({ code: 2 });
    expect(await windrow(at, 'duckdb drift accept nothing__v', environment)).toMatchObject({
      err: expect.stringContaining('No schema change of nothing__v waits for anybody'),
    });
  });
});
