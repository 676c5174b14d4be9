import { definePlugin, task } from '#framework';

/** Lets tasks say what they made, and logs it once it counts. */
export const makings = definePlugin({
  name: 'makings',
  version: '1.0.0',
  context: ({ note }) => ({ made: (table: string, rows: number) => note({ table, rows }) }),
  hooks: {
    taskFinished: async ({ outcome, notes }, { log }) => {
      if (outcome === 'success' && notes.length > 0) log.info('Made', { notes });
    },
  },
});

export const load = task('load', { run: ({ extensions }) => extensions.get(makings).made('orders', 3) });
