import type { DeclaredConnection, OpenPorts } from '#framework';
import { duckDbConnection, duckDbTarget } from '#tasks/duckdb';
import type { ExtractKind } from '#tasks/veeva';
import { WAY_CONNECTIONS, veevaTo } from '#tasks/veeva-redshift';

/** Everything that the Direct Data pipelines into DuckDB open. */
export const CONNECTIONS: readonly DeclaredConnection[] = [...WAY_CONNECTIONS, duckDbConnection];

/** Direct Data files of one kind from Vault over S3 into a DuckDB file, with the watermark and the message on failure. */
export function veevaToDuckDb(kind: ExtractKind): OpenPorts {
  return veevaTo(
    kind,
    async ({ connections, store }) => {
      const opened = await connections.get(duckDbConnection);
      return { target: duckDbTarget(opened, { stage: store }), columnLimits: opened.columnLimits };
    },
    { holdsLongText: true },
  );
}
