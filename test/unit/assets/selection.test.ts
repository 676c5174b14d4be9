import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { DataFailure } from '#framework';
import { asset, assetGraph, selectAssets } from '#framework/assets';
import { failureOf } from '../../support/failure-of.ts';

const graph = assetGraph([
  asset('stage/veeva', { deps: ['vault/extract'], group: 'veeva', kinds: ['s3'] }),
  asset('redshift/product', { deps: ['stage/veeva'], group: 'veeva', kinds: ['table'], tags: { tier: 'gold' } }),
  asset('redshift/country', { deps: ['stage/veeva'], group: 'veeva', kinds: ['table'], owners: ['team:data'] }),
  asset('marts/report', { deps: ['redshift/product'], kinds: ['table', 'duckdb'], tags: { tier: 'gold', sla: '' } }),
]);
const ALL = ['vault/extract', 'stage/veeva', 'redshift/product', 'redshift/country', 'marts/report'];
const select = (text: string) => selectAssets(graph, text);
const selected = (text: string): readonly string[] => {
  try {
    return select(text);
  } catch (error) {
    if (error instanceof DataFailure && error.code === 'E_ASSET_SELECTION') return [];
    throw error;
  }
};

describe('the selection language', () => {
  it.each<[string, readonly string[]]>([
    ['', ALL],
    ['marts/report', ['marts/report']],
    ['key:"redshift/*"', ['redshift/product', 'redshift/country']],
    ['*/*r*t', ['vault/extract', 'redshift/product', 'marts/report']],
    ['group:veeva kind:table', ['redshift/product', 'redshift/country']],
    ['owner:team:data', ['redshift/country']],
    ['tag:tier=gold', ['redshift/product', 'marts/report']],
    ['tag:sla', ['marts/report']],
    ['+redshift/product', ['vault/extract', 'stage/veeva', 'redshift/product']],
    ['1+redshift/product', ['stage/veeva', 'redshift/product']],
    ['vault/extract+1', ['vault/extract', 'stage/veeva']],
    ['vault/extract+', ALL],
    ['1+redshift/product+1', ['stage/veeva', 'redshift/product', 'marts/report']],
    ['(stage/veeva or redshift/country)+1', ['stage/veeva', 'redshift/product', 'redshift/country']],
    ['1+(redshift/product or marts/report)', ['stage/veeva', 'redshift/product', 'marts/report']],
    ['not kind:table', ['vault/extract', 'stage/veeva']],
    ['kind:s3 or kind:duckdb and tag:sla', ['stage/veeva', 'marts/report']],
    ['(kind:s3 or kind:duckdb) and tag:sla', ['marts/report']],
    ['not (kind:s3 or group:veeva) and not key:vault*', ['marts/report']],
    ['+(kind:table and owner:*)', ['vault/extract', 'stage/veeva', 'redshift/country']],
    ['group:nobody', []],
  ])('reads %s', (text, expected) => {
    expect(select(text)).toEqual(expected);
  });

  it('names what a dag makes', () => {
    const made = { ...asset('marts/made', {}), maker: { kind: 'task', dagId: 'nightly', taskId: 'made' } } as const;
    const loaded = { ...asset('marts/loaded', {}), maker: { kind: 'pipeline', dagId: 'loads' } } as const;
    const outside = { ...asset('marts/outside', {}), maker: { kind: 'external' } } as const;
    const all = assetGraph([made, loaded, outside]);
    expect(selectAssets(all, 'dag:nightly')).toEqual(['marts/made']);
    expect(selectAssets(all, 'dag:*')).toEqual(['marts/made', 'marts/loaded']);
  });

  it.each<[string, number, string]>([
    ['group:veeva and', 15, 'found the end'],
    ['group:veeva and )', 16, 'found ")"'],
    ['(kind:table', 11, 'expected ")"'],
    ['colour:red', 0, 'no "colour"'],
    ['kind:table or key:"a', 18, 'never closed'],
    ['kind:table or redshift/none', 14, 'no asset "redshift/none"'],
    ['kind:""', 0, 'names nothing'],
    [`${'('.repeat(3000)}marts/report${')'.repeat(3000)}`, 50, 'nested more than 50 deep'],
    [`${'not '.repeat(3000)}marts/report`, 200, 'nested more than 50 deep'],
  ])('points at the place where %s cannot be read', (text, at, why) => {
    const failure = failureOf(() => select(text));

    expect(failure.code).toBe('E_ASSET_SELECTION');
    expect(failure.message).toContain(why);
    expect(failure.message).toContain(`\n  ${text}\n  ${' '.repeat(at)}^`);
  });

  it('takes a pattern of many stars for one of few, at once', () => {
    const long = assetGraph([asset('e'.repeat(250)), asset('redshift/eve')]);

    expect(selectAssets(long, `key:"${'*'.repeat(50)}x"`)).toEqual([]);
    expect(selectAssets(long, `key:"${'*e'.repeat(40)}x"`)).toEqual([]);
    expect(selectAssets(long, 'key:"**r*s**t/*v*"')).toEqual(['redshift/eve']);
    expect(selectAssets(long, 'key:"redshift/eve*eve"')).toEqual([]);
  });

  it.each(['constructor', 'toString', '"and"'])('finds an asset with the name %s', (name) => {
    const key = name.replaceAll('"', '');
    expect(selectAssets(assetGraph([asset(key), asset('other')]), name)).toEqual([key]);
  });

  it('answers or refuses whatever is typed, and never breaks', () => {
    const pieces = fc.constantFrom(
      '(',
      ')',
      '+',
      '2',
      'and',
      'or',
      'not',
      'kind:table',
      'marts/report',
      '"',
      ' ',
      'é:',
      '*',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (typed) => {
        const text = typed.join(' '.repeat(typed.length % 2));
        expect(ALL).toEqual(expect.arrayContaining([...selected(text)]));
      }),
      { numRuns: 500 },
    );
  });
});
