import { describe, expect, it } from 'vitest';

import { receiptFacts } from '../../../dashboard/web/src/pages/record/receipt-facts.ts';

describe('the facts of a receipt', () => {
  const receipt = { outcome: 'already_loaded', rows: 1234, tables: 2, loaded: [], details: {} };

  it('say single values in words, keep parts apart, and leave out what is empty', () => {
    const details = {
      statements: 3003,
      replacedValues: 2,
      quarantineCommand: 'windrow x',
      removedLater: [],
      quarantinedTables: { a: 1 },
    };
    const loaded = [
      { table: 'a', written: 1000, deleted: 1 },
      { table: 'b', written: 234, deleted: 0 },
    ];
    expect(receiptFacts({ ...receipt, loaded, details })).toEqual({
      facts: {
        Outcome: 'Already loaded',
        Rows: '1,234',
        Tables: '2',
        'Inserted or updated': '1,234',
        Deleted: '1',
        Statements: '3,003',
        'Replaced values': '2',
      },
      command: 'windrow x',
      rest: { quarantinedTables: { a: 1 } },
    });
  });

  it('do not say zero where the target does not tell', () => {
    expect(receiptFacts({ ...receipt, rows: null }).facts).toMatchObject({ Rows: null, Deleted: null });
  });
});
