import { type NoInput, type TaskContext, dag, every, skip, task, windowOf } from '#framework';
import { z } from 'zod';

const Shop = z.object({ shop: z.url().default('https://shop.example') });
const Orders = z.array(z.object({ id: z.number(), total: z.string() }));
type Orders = z.infer<typeof Orders>;

const extract = task('extract', {
  retry: 5,
  timeout: '10m',
  run: async (context: TaskContext<NoInput, z.infer<typeof Shop>>) => {
    const { start, end } = windowOf(context);
    const query = new URLSearchParams({ from: String(start), to: String(end) });
    const answer = await fetch(`${context.params.shop}/orders?${query.toString()}`, { signal: context.signal });
    const orders = Orders.parse(await answer.json());
    return orders.length === 0 ? skip('no orders in this window') : orders;
  },
});

const summarise = task('summarise', {
  run: async ({ input, log }: TaskContext<{ orders: Orders }>) => {
    log.info('Orders of the window', { count: input.orders.length });
    return { ids: input.orders.map(({ id }) => id) };
  },
});

export const orders = dag('orders', { schedule: every('1h', { lag: '5m' }), params: Shop }, (d) => {
  const extracted = d.use('extract', extract);
  d.use('summarise', summarise, { orders: extracted });
});
