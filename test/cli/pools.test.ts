import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Installation, openInstallationFolder, windrow, windrowJson } from './windrow.ts';

describe('pools', () => {
  let at: Installation;

  beforeAll(async () => {
    at = await openInstallationFolder();
  });
  afterAll(() => at.close());

  it('are listed with their limits, with what is in use and what is held', async () => {
    await windrow(at, 'dags trigger parcels');
    const { code, out } = await windrow(at, 'pools list');
    expect(code).toBe(0);
    expect(out).toMatch(/POOL +SLOTS +IN USE +TASKS HELD +RATE +SET BY/);
    expect(out).toMatch(/api +10 +0 +0 +5\/1s +the code/);
    expect(out).toMatch(/dock +2 +2 +1 +- +the code/);
    expect(await windrowJson(at, 'pools list')).toEqual({
      code: 0,
      json: [
        {
          name: 'api',
          slots: 10,
          rate: { starts: 5, perMs: 1000 },
          setBy: 'code',
          code: { slots: 10, rate: { starts: 5, perMs: 1000 } },
          used: 0,
          held: 0,
          removedAt: null,
        },
        { name: 'dock', slots: 2, setBy: 'code', code: { slots: 2 }, used: 2, held: 1, removedAt: null },
      ],
    });
  });

  it('are set by hand, stay so behind the next command, and are reset', async () => {
    expect(await windrow(at, 'pools set dock --slots 1')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Pool dock has 1 slot, set by operator. A scheduler heeds it within a second.'),
    });
    expect((await windrow(at, 'pools list')).out).toMatch(/dock +1 +2 +1 +- +an operator; the code says 2 slots/);
    expect(await windrowJson(at, 'pools set dock --rate 3/1m')).toMatchObject({
      code: 0,
      json: { name: 'dock', slots: 1, rate: { starts: 3, perMs: 60_000 }, setBy: 'operator', code: { slots: 2 } },
    });
    expect((await windrowJson(at, 'pools set dock --slots 0')).json).toMatchObject({ slots: 0, rate: { starts: 3 } });
    expect((await windrowJson(at, 'pools set dock --rate none')).json).not.toHaveProperty('rate');
    expect(await windrow(at, 'pools set dock --reset')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Pool dock has 2 slots, set by code.'),
    });
  });

  it.each([
    ['dok --slots 1', 3, 'Did you mean "dock"?'],
    ['default --slots 1', 3, 'There is no pool "default"'],
    ['dok --reset', 3, 'Did you mean "dock"?'],
    ['dock', 2, 'Say either what to set, with --slots and --rate, or --reset.'],
    ['dock --slots 1 --reset', 2, 'or --reset'],
    ['dock --slots -1', 2, 'whole number from 0'],
    ['dock --slots 1.5', 2, 'whole number from 0'],
    ['dock --slots 100001', 2, 'whole number from 0 to 100000'],
    ['dock --rate 5', 2, 'Expected STARTS/TIME'],
    ['dock --rate 0/1s', 2, 'Expected STARTS/TIME'],
    ['dock --rate 5/soon', 2, 'Expected STARTS/TIME'],
    ['dock --rate 5/1s/2s', 2, 'Expected STARTS/TIME'],
  ])('set %s ends with %i and says "%s"', async (words, code, why) => {
    expect(await windrow(at, `pools set ${words}`)).toMatchObject({ code, err: expect.stringContaining(why) });
  });

  it('that nobody knows end as not found for programs, too', async () => {
    expect(await windrowJson(at, 'pools set nonsense --slots 1')).toMatchObject({
      code: 3,
      json: { error: { code: 'E_NOT_FOUND' } },
    });
  });
});
