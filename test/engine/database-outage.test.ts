import { silentLog } from '#framework';
import { afterEach, describe, expect, it } from 'vitest';

import { openDatabase } from '../../framework/store/database.ts';
import { freshDatabase } from '../support/database.ts';
import { eventually } from '../support/engine.ts';
import { Bench } from './bench.ts';

const PID = { text: 'select pg_backend_pid() as pid' };
const LIVES = { text: 'select 1 from pg_stat_activity where pid = $1' };

describe('a connection to PostgreSQL that breaks', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('between two statements of a transaction fails the transaction, not the process, and the next one works', async () => {
    const url = await freshDatabase();
    const database = bench.keep(openDatabase({ url, log: silentLog }));
    const other = bench.keep(openDatabase({ url, log: silentLog }));
    const broken = database.transaction(async ({ run }) => {
      const pid = (await run(PID))[0]?.['pid'];
      await other.run({ text: 'select pg_terminate_backend($1)' }, [pid]);
      await eventually('the end of the connection', async () =>
        (await other.run(LIVES, [pid])).length === 0 ? true : undefined,
      );
      await run({ text: 'select 1' });
    });
    await expect(broken).rejects.toThrow(/connection|terminat/i);
    expect(await database.transaction(({ run }) => run({ text: 'select 1 as one' }))).toEqual([{ one: 1 }]);
  });
});
