import { describe, expect, it } from 'vitest';

import { asProcedures } from '../../tasks/redshift/sql/load/procedure.ts';

const AT = { schema: 'vault', name: 'sp_apply' };
const statements = (...sqls: readonly string[]) => sqls.map((sql, index) => ({ name: `do ${index}`, sql }));

describe('statements as procedures', () => {
  it('hold the statements as text, in order, and go with the transaction', () => {
    const inside = asProcedures(
      statements('delete from "a"', `insert into "b" values ('it''s', 'c:\\\\d')`, 'x', 'y'),
      AT,
    );
    expect(inside.map(({ sql }) => sql)).toEqual([
      [
        'create procedure "vault"."sp_apply_0"() as $$',
        'begin',
        `execute 'delete from "a"';`,
        `execute 'insert into "b" values (''it''''s'', ''c:\\\\\\\\d'')';`,
        `execute 'x';`,
        `execute 'y';`,
        'end;',
        '$$ language plpgsql',
      ].join('\n'),
      'call "vault"."sp_apply_0"()',
      'drop procedure "vault"."sp_apply_0"()',
    ]);
  });

  it('never hold two dollars in a row, which would end the body', () => {
    const [create] = asProcedures(statements(`select '$$$'`, 'b', 'c', 'd'), AT);
    expect(create?.sql).toContain(`execute 'select ''$'||'$'||'$''';`);
    expect(create?.sql.match(/\$\$/g)).toHaveLength(2);
  });

  it('are left as they are where a procedure would save no statement', () => {
    const few = statements('a', 'b', 'c');
    expect(asProcedures(few, AT)).toEqual(few);
  });

  it('leave a statement that is too long for a text alone, in its place', () => {
    const long = `select '${'x'.repeat(60_000)}'`;
    const inside = asProcedures(statements('a', 'b', 'c', 'd', long, 'e'), AT);
    expect(inside.map(({ sql }) => sql.slice(0, 12))).toEqual([
      'create proce',
      'call "vault"',
      'drop procedu',
      "select 'xxxx",
      'e',
    ]);
  });

  it('stay below 100 KB each, also where every character is escaped', () => {
    const many = Array.from({ length: 30 }, () => `select '${'\\\\'.repeat(5000)}'`);
    const inside = asProcedures(statements(...many), AT);
    expect(Math.max(...inside.map(({ sql }) => Buffer.byteLength(sql)))).toBeLessThan(100_000);
    expect(inside.length).toBeLessThan(40);
    const held = inside.map(({ sql }) => sql.match(/^execute '?select |^select /gm)?.length ?? 0);
    expect(held.reduce((sum, count) => sum + count)).toBe(30);
  });
});
