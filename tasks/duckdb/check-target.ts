import type { CheckTarget, Temporal } from '#framework';

import type { DuckDbSettings } from './config.ts';
import type { DatabaseFile } from './database-file.ts';
import { FIND_CATALOG, useSchema } from './sql/system-tables.ts';
import { literal, quote } from './sql/text.ts';

/** Each query has the file for itself, in a transaction of its own. */
export function duckDbCheckTarget(file: DatabaseFile, { schema }: Pick<DuckDbSettings, 'schema'>): CheckTarget {
  return {
    table: quote,
    column: quote,
    literal,
    moment,
    rows: (query, signal) =>
      file.transaction(async (run) => {
        const [[catalog] = []] = await run(FIND_CATALOG);
        await run(useSchema(catalog ?? '', schema));
        return run(query);
      }, signal),
  };
}

function moment(instant: Temporal.Instant): string {
  const text = instant.toString({ fractionalSecondDigits: 6 });
  return `timestamp '${text.replace('T', ' ').replace('Z', '')}'`;
}
