import { describe, expect, it } from 'vitest';

import { onlyGiven } from '#framework';

describe('onlyGiven', () => {
  it('leaves out what is undefined, and nothing else', () => {
    const members = { a: undefined, b: null, c: false, d: 0, e: '', f: [undefined] };
    expect(Object.entries(onlyGiven(members))).toEqual([
      ['b', null],
      ['c', false],
      ['d', 0],
      ['e', ''],
      ['f', [undefined]],
    ]);
  });

  it('gives members that may be absent and are never undefined', () => {
    const limit: number | undefined = [10][1];
    const filter: { readonly limit?: number } = { ...onlyGiven({ limit }) };
    // @ts-expect-error a member of another type
    const wrong: { readonly limit?: string } = { ...onlyGiven({ limit: 10 }) };
    expect(['limit' in filter, 'limit' in wrong]).toEqual([false, true]);
  });
});
