import { type Log, silentLog } from '#framework';
import { afterEach, describe, expect, it } from 'vitest';

import { type Database, type Executor, openDatabase } from '../../framework/store/database.ts';
import { collectingLog } from '../support/collecting-log.ts';
import { freshDatabase } from '../support/database.ts';
import { Bench } from './bench.ts';

const LOCK = { text: 'select name from place where name = $1 for update' };
const DEADLOCK = '40P01';
const NOT_SERIALIZABLE = '40001';
const ALREADY_THERE = '23505';

describe('the database of the engine, where transactions are in conflict', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  const open = async (log: Log = silentLog): Promise<Database> => {
    const database = bench.keep(openDatabase({ url: await freshDatabase(), log }));
    await database.run({ text: 'create schema windrow' });
    return database;
  };

  it('repeats the one that a deadlock ended, and both are committed', async () => {
    const lines: string[] = [];
    const database = await open(collectingLog(lines));
    await database.run({ text: `create table place as select unnest(array ['here', 'there']) as name` });
    const met = Promise.withResolvers<void>();
    let tries = 0;
    const lockBoth = (first: string, second: string) =>
      database.transaction(async ({ run }) => {
        await run(LOCK, [first]);
        tries += 1;
        if (tries >= 2) met.resolve();
        await met.promise;
        return run(LOCK, [second]);
      });
    const both = await Promise.all([lockBoth('here', 'there'), lockBoth('there', 'here')]);
    expect(both).toEqual([[{ name: 'there' }], [{ name: 'here' }]]);
    expect(tries).toBe(3);
    expect(lines.join('\n')).toContain(DEADLOCK);
  });

  it.each([
    { code: DEADLOCK, tries: 4 },
    { code: NOT_SERIALIZABLE, tries: 4 },
    { code: ALREADY_THERE, tries: 1 },
  ])('runs a transaction that always ends with $code in $tries tries', async ({ code, tries }) => {
    const database = await open();
    let made = 0;
    const failing = database.transaction(async (transaction) => {
      made += 1;
      await raise(transaction, code);
    });
    await expect(failing).rejects.toMatchObject({ code });
    expect(made).toBe(tries);
  });

  it('repeats a statement outside of transactions as well', async () => {
    const database = await open();
    await database.run({ text: 'create sequence tries' });
    await database.run({ text: FAILS_TWICE });
    expect(await database.run({ text: 'select fails_twice() as try' })).toEqual([{ try: 3 }]);
    await database.run({ text: 'alter sequence tries restart' });
    expect(await database.forgetful.run({ text: 'select fails_twice() as try' })).toEqual([{ try: 3 }]);
  });

  async function raise(executor: Executor, code: string): Promise<void> {
    await executor.run({ text: `do $$ begin raise exception 'as asked' using errcode = '${code}'; end $$` });
  }

  // A sequence keeps its count when a transaction is rolled back.
  const FAILS_TWICE = `
create function fails_twice() returns bigint language plpgsql as $$
declare try bigint := nextval('tries');
begin
  if try < 3 then raise exception 'as asked' using errcode = '${DEADLOCK}'; end if;
  return try;
end $$`;
});
