import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type NewDirectoriesOptions, newDirectories } from '#framework';

import { failureOf } from '../support/failure-of.ts';

const keys = (options: NewDirectoriesOptions): string[] => newDirectories(options).items.map(({ key }) => key);
const dayFirst = (name: string): string => name.split('.').toReversed().join('-');

describe('new directories', () => {
  it.each<[string, NewDirectoriesOptions, string[]]>([
    ['are all, oldest first, without a cursor', { list: ['2026-01-21', '2026-01-20'] }, ['2026-01-20', '2026-01-21']],
    ['are those behind the cursor', { list: ['a', 'b', 'c'], after: 'a' }, ['b', 'c']],
    ['are none where the cursor is the newest', { list: ['a', 'b'], after: 'b' }, []],
    ['are found behind a cursor whose directory is gone', { list: ['a', 'c'], after: 'b' }, ['c']],
    ['are named once', { list: ['a', 'a'] }, ['a']],
    ['sort as text unless told otherwise', { list: ['9', '10'], after: '1' }, ['10', '9']],
    [
      'sort as numbers',
      { list: ['b-10', 'b-9', 'b-009', 'b-8'], after: 'b-8', by: 'number' },
      ['b-009', 'b-9', 'b-10'],
    ],
    [
      'sort as numbers of any size',
      { list: ['90071992547409931', '90071992547409930'], by: 'number' },
      ['90071992547409930', '90071992547409931'],
    ],
    ['sort as numbers where one name goes on', { list: ['v1.1', 'v1'], by: 'number' }, ['v1', 'v1.1']],
    [
      'sort by what a function reads',
      { list: ['01.02.2026', '20.01.2026'], after: '19.01.2026', by: dayFirst },
      ['20.01.2026', '01.02.2026'],
    ],
    ['sort by a number that a function reads', { list: ['10', '9'], by: Number }, ['9', '10']],
    ['are told apart as text where they compare equal', { list: ['7', '07'], after: '07', by: Number }, ['7']],
  ])('%s', (_, ...[options, expected]) => {
    expect(keys(options)).toEqual(expected);
  });

  it('keep the cursor where there is none, and move it to the last one otherwise', () => {
    expect(newDirectories({ list: ['a'], after: 'a' })).toEqual({ items: [], more: false });
    expect(newDirectories({ list: ['b', 'a'] })).toEqual({
      items: [
        { key: 'a', params: { directory: 'a' } },
        { key: 'b', params: { directory: 'b' } },
      ],
      cursor: 'b',
      more: false,
    });
  });

  it('give the params that were asked for', () => {
    expect(newDirectories({ list: ['a'], params: (name) => ({ path: `in/${name}` }) }).items).toEqual([
      { key: 'a', params: { path: 'in/a' } },
    ]);
  });

  it('are refused where a name has no place in the order', () => {
    expect(failureOf(() => newDirectories({ list: ['1', 'readme'], by: Number }))).toMatchObject({
      code: 'E_DIRECTORY_ORDER',
      message: expect.stringContaining('"readme"'),
    });
  });

  it('are all processed once, in one order, however few a poll may take and whenever they arrive in order', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(1e6), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom('number' as const, Number),
        (numbers, atMost, by) => {
          const sorted = numbers.toSorted((a, b) => a - b).map(String);
          const list: string[] = [];
          const seen: string[] = [];
          let cursor: string | undefined;
          let more = false;
          while (list.length < sorted.length || more) {
            list.unshift(...sorted.slice(list.length, list.length + 5));
            const polled = newDirectories({ list, after: cursor, by, atMost });
            seen.push(...polled.items.map(({ key }) => key));
            ({ cursor = cursor, more = false } = polled);
          }
          expect(seen).toEqual(sorted);
        },
      ),
    );
  });

  it('wait behind one that is still being written, so that none is skipped', () => {
    const list = ['a', 'b', 'c', 'd'];
    const written = new Set(['a', 'b', 'd']);
    const poll = (after?: string) => newDirectories({ list, after, isWhole: (name) => written.has(name) });
    expect(poll()).toMatchObject({ items: [{ key: 'a' }, { key: 'b' }], cursor: 'b', more: false });
    expect(poll('b')).toEqual({ items: [], more: false });
    written.add('c');
    expect(poll('b')).toMatchObject({ items: [{ key: 'c' }, { key: 'd' }], cursor: 'd' });
  });

  it('are at most a thousand, and there are more', () => {
    const polled = newDirectories({ list: Array.from({ length: 1001 }, (_, at) => String(at)), by: 'number' });
    expect(polled).toMatchObject({ cursor: '999', more: true });
    expect(polled.items).toHaveLength(1000);
  });
});
