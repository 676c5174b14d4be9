import { type DriftLog, loggedDrift } from '#framework';

import type { Row } from '../client.ts';
import { emptyWhereMissing } from '../errors.ts';
import { type TargetPlace, collect } from '../load/target-state.ts';
import { acceptDrift, listDrift } from '../sql/audit/drift-log.ts';

/** The drift log of a schema, as people ask for it; empty where nothing was loaded. */
export function driftLog({ warehouse, schema }: TargetPlace): DriftLog {
  return {
    list: async (filter, signal) => {
      const rows = await emptyWhereMissing(warehouse.rows(listDrift(schema, filter), { signal }));
      return rows.map(loggedDrift);
    },
    // In one transaction: what is accepted is what is shown.
    accept: async (tables, signal) => {
      const filter = { kind: 'waiting', ...(tables === undefined ? {} : { tables }) } as const;
      const both = async (): Promise<readonly Row[]> => {
        const finished = await warehouse.run([listDrift(schema, filter), acceptDrift(schema, tables)], { signal });
        return collect(warehouse.pages(finished, 0, { signal }));
      };
      return (await emptyWhereMissing(both())).map(loggedDrift);
    },
  };
}
