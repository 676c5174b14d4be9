import { describe, expect, it } from 'vitest';

import { Temporal } from '#framework';

import { buildList } from '../../../framework/store/views/build-list.ts';

const runs = { select: 'select *\nfrom dag_run r', id: 'r.id', limit: 50 };

describe('the statement of a list', () => {
  it('holds the conditions of the filters that are given, writes states out and binds all else', () => {
    const states = { 'r.state': "fail'ed", 'r.kind': undefined };
    const filters = { 'r.dag_id =': "o'products", 'r.record_id =': undefined, 'r.id <': 0 };
    expect(buildList({ ...runs, states, filters })).toEqual({
      statement: {
        text: `select *
from dag_run r
where r.state = 'fail''ed'
  and r.dag_id = $1
  and r.id < $2
order by r.id desc
limit $3`,
      },
      values: ["o'products", 0, 50],
    });
  });

  it('writes moments out', () => {
    const moments = { 'r.window_start >=': Temporal.Instant.from('2026-01-20T13:15Z'), 'r.window_start <': undefined };
    expect(buildList({ ...runs, moments, filters: {} }).statement.text).toContain(
      `where r.window_start >= '2026-01-20T13:15:00Z'\norder by`,
    );
  });

  it('has no where-clause without a filter', () => {
    expect(buildList({ ...runs, filters: { 'r.dag_id =': undefined } })).toEqual({
      statement: { text: 'select *\nfrom dag_run r\norder by r.id desc\nlimit $1' },
      values: [50],
    });
  });
});
