import { describe, expect, it } from 'vitest';

import { hours, milliseconds, parseDuration } from '#framework';

import { later, rest } from '../../../framework/core/timer.ts';
import { failureOf } from '../../support/failure-of.ts';

const MONTH = hours(30 * 24);
const SOON = milliseconds(30);

describe('a wait', () => {
  it('of 30 days, which no timer of Node can hold, does not end at once', async () => {
    const stop = new AbortController();
    const ended: string[] = [];
    const month = rest(MONTH, stop.signal).then(() => ended.push('30 days'));
    await rest(SOON, stop.signal).then(() => ended.push('soon'));
    stop.abort();
    await month;
    expect(ended).toEqual(['soon', '30 days']);
  });

  it('that takes several timers is as long as all of them', async () => {
    const began = performance.now();
    await new Promise<void>((resolve) => void later(milliseconds(50), resolve, milliseconds(8)));
    // A timer of Node may fire a millisecond early.
    expect(performance.now() - began).toBeGreaterThan(40);
  });

  it('that is taken back while a later timer of it runs calls nobody', async () => {
    const calls: string[] = [];
    const forget = later(milliseconds(40), () => calls.push('call'), milliseconds(8));
    await rest(milliseconds(20), new AbortController().signal);
    forget();
    await rest(SOON, new AbortController().signal);
    expect(calls).toEqual([]);
  });
});

describe('a duration', () => {
  it('of more than a century is refused, as no calendar of the engine holds it', () => {
    expect(parseDuration('36500d')).toBe(36_500 * 86_400_000);
    expect(failureOf(() => parseDuration('36501d'))).toMatchObject({
      code: 'E_DURATION_UNREADABLE',
      message: expect.stringContaining('at most 36500d'),
    });
  });
});
