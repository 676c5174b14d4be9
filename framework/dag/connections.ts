import type { Closable } from '../core/closable.ts';
import { DefinitionFailure } from '../core/failures.ts';
import type { Connection } from './connection.ts';

/** A connection as a dag lists it: enough to read and check its settings; opening needs the full type. */
export type DeclaredConnection = Pick<Connection<unknown, Closable>, 'name' | 'read'>;

/**
 * Each connection once, in order of first use.
 * @throws DefinitionFailure `E_CONNECTION_TWICE` when two different ones share a name
 */
export function distinctConnections(dag: string, used: Iterable<DeclaredConnection>): readonly DeclaredConnection[] {
  const byName = new Map<string, DeclaredConnection>();
  for (const connection of used) {
    const known = byName.get(connection.name);
    if (known !== undefined && known !== connection) {
      throw new DefinitionFailure(
        'E_CONNECTION_TWICE',
        `Dag "${dag}": two different connections are named "${connection.name}". Define it once and import it, or rename one.`,
      );
    }
    byName.set(connection.name, connection);
  }
  return [...byName.values()];
}
