import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { admitted } from '../../../framework/run/admission.ts';

const POOL = 4;
const weights = fc.array(fc.integer({ min: 1, max: POOL }), { maxLength: 30 });
const sum = (tasks: readonly { readonly slots: number }[]): number =>
  tasks.reduce((total, { slots }) => total + slots, 0);

describe('admission', () => {
  it('takes those at the front that fit, and stops at the first that does not', () => {
    const waiting = [{ slots: 1 }, { slots: 3 }, { slots: 1 }];
    expect(admitted(waiting, { slots: 3, starts: Infinity })).toEqual([{ slots: 1 }]);
    expect(admitted(waiting, { slots: 9, starts: 2 })).toEqual([{ slots: 1 }, { slots: 3 }]);
    expect(admitted(waiting, { slots: Infinity, starts: Infinity })).toEqual(waiting);
    expect(admitted(waiting, { slots: -1, starts: Infinity })).toEqual([]);
  });

  it('never passes the slots or the rate, and takes as many as both allow', () => {
    const room = fc.record({ slots: fc.integer({ min: -3, max: 9 }), starts: fc.nat({ max: 9 }) });
    fc.assert(
      fc.property(weights, room, (slots, left) => {
        const waiting = slots.map((count, id) => ({ id, slots: count }));
        const taken = admitted(waiting, left);
        expect(taken).toEqual(waiting.slice(0, taken.length));
        expect(taken.length === 0 || sum(taken) <= left.slots).toBe(true);
        expect(taken.length).toBeLessThanOrEqual(left.starts);
        const next = waiting[taken.length];
        const fits = next !== undefined && sum(taken) + next.slots <= left.slots && taken.length < left.starts;
        expect(fits).toBe(false);
      }),
    );
  });

  it('admits every task of a pool in its order, whatever ends when', () => {
    fc.assert(
      fc.property(weights, fc.infiniteStream(fc.nat()), (slots, numbers) => {
        const all = slots.map((count, id) => ({ id, slots: count }));
        let waiting = all;
        let holding: typeof all = [];
        const order: number[] = [];
        while (waiting.length > 0) {
          const taken = admitted(waiting, { slots: POOL - sum(holding), starts: Infinity });
          order.push(...taken.map(({ id }) => id));
          waiting = waiting.slice(taken.length);
          holding = [...holding, ...taken];
          expect(sum(holding)).toBeLessThanOrEqual(POOL);
          expect(holding.length).toBeGreaterThan(0);
          const ends = Number(numbers.next().value) % holding.length;
          holding = holding.filter((_, index) => index !== ends);
        }
        expect(order).toEqual(all.map(({ id }) => id));
      }),
    );
  });
});
