import { definePlugin } from '#framework';
import { z } from 'zod';

const Counted = z.object({ rows: z.number() });
const ALL = 'select dag_id, window_start, rows from window_rows order by 1, 2';

/** Keeps how many rows each window brought, shows it on the dashboard, and prints it: `windrow window-rows`. */
export const rowsOfWindows = definePlugin({
  name: 'rows_of_windows',
  version: '1.0.0',
  migrations: new URL('migrations/', import.meta.url),
  hooks: {
    taskFinished: async ({ dagId, window, outcome, output }, { database }) => {
      const counted = Counted.safeParse(output);
      if (outcome !== 'success' || window === null || !counted.success) return;
      await database.run(
        `insert into window_rows values ($1, $2, $3)
         on conflict (dag_id, window_start) do update set rows = excluded.rows`,
        [dagId, window.start.toString(), counted.data.rows],
      );
    },
  },
  sections: [
    {
      id: 'rows',
      title: 'Rows of windows',
      load: async ({ database }) => [{ kind: 'table', rows: await database.run(ALL) }],
    },
  ],
  verbs: (program, open) =>
    program
      .command('window-rows')
      .description('how many rows each window brought')
      .action(async () => {
        const rows = await open(({ database }) => database.run(ALL));
        for (const row of rows) console.log(row['dag_id'], String(row['window_start']), row['rows']);
      }),
});
