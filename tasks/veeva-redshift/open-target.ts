import type { AskedTarget, VerbTools, WindowRecord } from '#framework';
import { redshiftConnection } from '#tasks/redshift';

/** The target that the windows of this record's pipeline end in; Redshift where there is no record. */
export async function openTargetOf(
  record: Pick<WindowRecord, 'targetName'> | undefined,
  { connections }: Pick<VerbTools, 'connections'>,
): Promise<AskedTarget> {
  if (record?.targetName !== 'duckdb') return connections.get(redshiftConnection);
  // Only here, because its driver is a large native library.
  const { duckDbConnection } = await import('#tasks/duckdb');
  return connections.get(duckDbConnection);
}
