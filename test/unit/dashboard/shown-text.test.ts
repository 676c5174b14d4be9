import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { jsonLines } from '../../../dashboard/web/src/components/json-view/json-tree.ts';
import {
  type ShownLine,
  filterLines,
  findStretches,
} from '../../../dashboard/web/src/components/log-viewer/log-lines.ts';

function line(id: number, level: string, words: Pick<ShownLine, 'message'> & Partial<ShownLine>): ShownLine {
  return { id, mapIndex: 0, attempt: 1, at: '2026-01-20T13:15:02.5Z', level, fields: {}, ...words };
}

const LINES = [
  line(1, 'debug', { message: 'Opening the depot' }),
  line(2, 'info', { message: 'Looking for parcels', fields: { depot: 'Rotterdam' } }),
  line(3, 'error', { message: 'The carrier hung up' }),
  line(4, 'notice', { message: 'A level of somebody else' }),
];

describe('the lines of a log', () => {
  it('below the chosen level are left out, those of unknown levels never', () => {
    expect(filterLines(LINES, { level: 'warn', search: '' }).map(({ id }) => id)).toEqual([3, 4]);
  });

  it('are found by their message and by their fields, in any case', () => {
    expect(filterLines(LINES, { level: 'trace', search: 'CARRIER' }).map(({ id }) => id)).toEqual([3]);
    expect(filterLines(LINES, { level: 'trace', search: 'depot=rott' }).map(({ id }) => id)).toEqual([2]);
  });
});

describe('a marked search', () => {
  it('finds every place in any case', () => {
    expect(findStretches('Load, reload', 'LOAD')).toEqual([
      { text: 'Load', isFound: true },
      { text: ', re', isFound: false },
      { text: 'load', isFound: true },
    ]);
  });

  it('never loses or adds a letter', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme', maxLength: 3 }), (text, search) => {
        expect(
          findStretches(text, search)
            .map((stretch) => stretch.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });
});

describe('a JSON value', () => {
  const value = { rows: 42, files: [{ name: 'a.csv' }], note: null };

  it('is shown two levels deep, deeper branches closed', () => {
    expect(jsonLines(value, new Set()).map(({ path }) => path)).toEqual([
      '$',
      '$.rows',
      '$.files',
      '$.files.0',
      '$.note',
    ]);
  });

  it('opens and closes the branch that was pressed', () => {
    expect(jsonLines(value, new Set(['$.files.0'])).map(({ path }) => path)).toContain('$.files.0.name');
    expect(jsonLines(value, new Set(['$'])).map(({ path }) => path)).toEqual(['$']);
  });
});
