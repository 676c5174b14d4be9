import { silentLog } from '#framework';
import { afterEach, describe, expect, it } from 'vitest';

import { type Database, openDatabase } from '../../framework/store/database.ts';
import { migrate } from '../../framework/store/migrate.ts';
import { freshDatabase } from '../support/database.ts';
import { failureOfAsync } from '../support/failure-of.ts';
import { Bench } from './bench.ts';

describe('migrations', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  const open = (url: string): Database => bench.keep(openDatabase({ url, log: silentLog, connections: 2 }));

  it('are applied once by several processes that start together, and not again', async () => {
    const url = await freshDatabase();
    const applied = await Promise.all([1, 2, 3, 4].map(() => migrate(open(url))));
    const names = applied.flat();
    expect(names.length).toBeGreaterThan(0);
    expect(new Set(names).size).toBe(names.length);
    expect(await migrate(open(url))).toEqual([]);
    expect(await open(url).run({ text: 'select count(*) from migration' })).toEqual([{ count: names.length }]);
  });

  it('refuse a database of a newer Windrow', async () => {
    const database = open(await freshDatabase());
    await migrate(database);
    await database.run({ text: `insert into migration (number, name) values (9999, '9999-future')` });
    const failure = await failureOfAsync(() => migrate(database));
    expect(failure).toMatchObject({ code: 'E_DATABASE_NEWER' });
    expect(failure.message).toContain('9999');
  });

  it('leave nothing behind when one of them fails', async () => {
    const database = open(await freshDatabase());
    const broken = [
      { number: 1, name: '0001-good', sql: 'create table good (id integer)' },
      { number: 2, name: '0002-bad', sql: 'create table bad (id nonsense)' },
    ];
    await expect(migrate(database, broken)).rejects.toThrow('nonsense');
    expect(await database.run({ text: `select to_regclass('windrow.good') as good` })).toEqual([{ good: null }]);
  });
});
