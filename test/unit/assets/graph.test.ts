import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type AssetKey, asset, assetGraph, assetKey } from '#framework/assets';
import { failureOf } from '../../support/failure-of.ts';

const key = assetKey;

/** vault -> stage -> product, country; report from product and country. */
const stage = asset('stage/veeva', { deps: ['vault/extract'] });
const product = asset('redshift/product', { deps: [stage] });
const country = asset('redshift/country', { deps: [stage] });
const report = asset('marts/report', { deps: [product, country] });
const graph = assetGraph([report, product, country, stage]);

describe('the graph of assets', () => {
  it('lists parents before their children, level by level', () => {
    expect(graph.levels).toEqual([
      ['vault/extract'],
      ['stage/veeva'],
      ['redshift/product', 'redshift/country'],
      ['marts/report'],
    ]);
    expect(graph.roots).toEqual(['vault/extract']);
  });

  it('takes a dependency that nobody defines for an external asset', () => {
    expect(graph.keys).toContain('vault/extract');
    expect(graph.find(key('vault/extract'))).toBeUndefined();
    expect(graph.find(key('stage/veeva'))).toBe(stage);
    expect(graph.keys).not.toContain('nobody/named');
  });

  it('finds parents, children, and all that stands above or below', () => {
    expect(graph.parents(key('marts/report'))).toEqual(['redshift/product', 'redshift/country']);
    expect(graph.children(key('stage/veeva'))).toEqual(['redshift/product', 'redshift/country']);
    expect([...graph.ancestors(key('marts/report'))]).toHaveLength(4);
    expect([...graph.ancestors(key('marts/report'), 1)]).toEqual(['redshift/product', 'redshift/country']);
    expect([...graph.descendants(key('vault/extract'), 2)]).toEqual([
      'stage/veeva',
      'redshift/product',
      'redshift/country',
    ]);
  });

  it('names the whole cycle that it refuses', () => {
    const a = asset('a', { deps: ['c', 'outside'] });
    const b = asset('b', { deps: ['a'] });
    const c = asset('c', { deps: ['b'] });
    const failure = failureOf(() => assetGraph([asset('free'), asset('behind', { deps: ['a'] }), a, b, c]));

    expect(failure.code).toBe('E_ASSET_CYCLE');
    expect(failure.message).toMatch(/: (a -> b -> c -> a|b -> c -> a -> b|c -> a -> b -> c)\./);
    expect(failureOf(() => assetGraph([asset('own', { deps: ['own'] })])).message).toContain(': own -> own.');
  });

  it('refuses two assets with one key', () => {
    expect(failureOf(() => assetGraph([asset('a'), asset('a')])).code).toBe('E_ASSET_TWICE');
  });

  it('stands each asset one level behind its farthest parent, whatever the order they are given in', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat(30)), { maxLength: 30 }), fc.integer(), (edges, turn) => {
        const all = edges.map((parents, index) =>
          asset(`n${index}`, { deps: parents.filter((parent) => parent < index).map((parent) => `n${parent}`) }),
        );
        const graph = assetGraph(all.toSorted((a, b) => ((a.key.length * turn) % 7) - ((b.key.length * turn) % 7)));
        const levelOf = (key: AssetKey): number => graph.levels.findIndex((level) => level.includes(key));
        const behindParents = all.map(({ key }) => 1 + Math.max(-1, ...graph.parents(key).map(levelOf)));

        expect(all.map(({ key }) => levelOf(key))).toEqual(behindParents);
        expect(graph.keys).toHaveLength(all.length);
        for (const { key } of all) {
          for (const above of graph.ancestors(key)) expect(graph.descendants(above)).toContain(key);
        }
      }),
    );
  });
});

describe('the key of an asset', () => {
  it('is a path, given as text or as its parts', () => {
    expect(key(['redshift', 'veeva', 'product__v'])).toBe('redshift/veeva/product__v');
  });

  it.each(['', '/a', 'a/', 'a//b', 'a b', 'a/*', '-a', 'a|b', 'ä', 'x'.repeat(256)])('refuses %j', (text) => {
    expect(failureOf(() => key(text)).code).toBe('E_ASSET_KEY');
  });
});
