import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { type RedshiftBench, openRedshiftBench } from './redshift-bench.ts';

let bench: RedshiftBench;
beforeAll(async () => {
  bench = await openRedshiftBench();
  await bench.run('create table kept (note varchar(40))');
});
afterEach(async () => {
  await bench.run('delete from kept');
  await bench.run('drop procedure if exists sp_note()');
});
afterAll(() => bench.close());

const errorOf = async (sql: string): Promise<string> => (await bench.run(sql)).Error ?? 'it was accepted';
const create = (body: string) => `create procedure sp_note() as $$ ${body} $$ language plpgsql`;

describe('procedures', () => {
  it('run their statements, by Redshift rules, in one transaction', async () => {
    const body = `begin execute 'insert into kept values (''a\\\\\\\\b'')'; execute 'insert into kept ' || 'values (''c'')'; end;`;
    expect(await errorOf(create(body))).toBe('it was accepted');
    expect(await errorOf('call sp_note()')).toBe('it was accepted');
    expect(await bench.rows('select note from kept order by 1')).toEqual([['a\\b'], ['c']]);
  });

  it('leave nothing when a statement of theirs fails', async () => {
    await bench.run(create(`begin execute 'insert into kept values (''a'')'; execute 'select 1 / 0'; end;`));
    expect(await errorOf('call sp_note()')).toContain('division by zero');
    expect(await bench.rows('select note from kept')).toEqual([]);
  });

  it('go with a transaction that is rolled back', async () => {
    const made = create(`begin execute 'insert into kept values (''a'')'; end;`);
    await bench.batch([made, 'call sp_note()', 'select 1 / 0']);
    expect(await errorOf('call sp_note()')).toContain('does not exist');
    expect(await bench.rows('select note from kept')).toEqual([]);
  });

  it.each([
    [create('begin perform 1; end;'), 'does only EXECUTE in procedures, not perform'],
    [create(`begin execute 'select 1'; `), 'syntax error'],
    [create(`begin execute 'select 1' end;`), 'syntax error at or near "end"'],
    [`create procedure sp_note(a int) as $$ begin end; $$ language plpgsql`, 'does not do procedure arguments'],
    [`create procedure sp_note() as $$ begin end; $$ language sql`, 'syntax error at or near "sql"'],
    ['create procedure sp_note() as $$ begin', 'unterminated dollar-quoted string'],
    ['call sp_unknown()', 'does not exist'],
    ['drop procedure sp_unknown()', 'does not exist'],
  ])('refuse %s', async (sql, message) => {
    expect(await errorOf(sql)).toContain(message);
  });

  it.each(['vacuum', 'commit', 'truncate kept', 'select * from t for update'])('refuse %s inside', async (inside) => {
    await bench.run(create(`begin execute 'insert into kept values (''a'')'; execute '${inside}'; end;`));
    expect(await errorOf('call sp_note()')).not.toBe('it was accepted');
    expect(await bench.rows('select note from kept')).toEqual([]);
  });

  it('are refused a second time under one name, unless they replace', async () => {
    const body = create('begin end;');
    expect(await errorOf(body)).toBe('it was accepted');
    expect(await errorOf(body)).toContain('already exists');
    expect(await errorOf(body.replace('create', 'create or replace'))).toBe('it was accepted');
  });
});
