import { type Closable, type Connection, type TaskContext, dag, task, windowOf } from '#framework';
import { standIn, testRun } from '#framework/testing';
import { expect, it } from 'vitest';

type Shop = Closable & { readonly ordersSince: (start: string) => Promise<readonly number[]> };
const shop: Connection<object, Shop> = {
  name: 'shop',
  read: () => ({ kind: 'read', settings: {} }),
  open: async () => Promise.reject(new Error('a test must not reach the real shop')),
};
const extract = task('extract', {
  run: async (context) => (await context.connections.get(shop)).ordersSince(String(windowOf(context).start)),
});
const add = task('add', { run: ({ input }: TaskContext<{ of: readonly number[] }>) => Math.max(0, ...input.of) });
const orders = dag('orders', {}, (d) => void d.use('add', add, { of: d.use('extract', extract) }));

it('finds the largest order of a window, though the shop is busy at first', async () => {
  const answers = [Promise.reject(new Error('busy')), Promise.resolve([10, 32])];
  const fake = { ordersSince: async () => answers.shift() ?? [], close: async () => {} };
  const given = { now: '2026-01-21T00:00Z', window: '2026-01-20T00:00Z..2026-01-21T00:00Z' };
  const run = await testRun(orders, { ...given, connections: [standIn(shop, fake)] });
  expect(run.tasks['extract']).toMatchObject({ state: 'success', attempts: 2 });
  expect(run.outputOf(add)).toBe(32);
});
