import type { Closable } from '../core/closable.ts';
import { DefinitionFailure } from '../core/failures.ts';
import type { Connection } from '../dag/connection.ts';
import type { Connections } from '../dag/task-context.ts';

/** What a test gives to tasks instead of a real connection. */
export interface StandIn {
  readonly connection: unknown;
  readonly value: Closable;
}

/** Answers a connection with a value of the test's own: `standIn(shop, fakeShop)`. It stays the test's to close. */
export function standIn<S, T extends Closable>(connection: Connection<S, T>, value: T): StandIn {
  return { connection, value };
}

/** The connections of a test run: stand-ins and nothing else. */
export function standInConnections(standIns: readonly StandIn[]): Connections {
  const values = new Map(standIns.map(({ connection, value }) => [connection, value]));
  return {
    get: async (connection) => {
      const value = values.get(connection);
      if (isOf(connection, value)) return value;
      throw new DefinitionFailure(
        'E_TEST_CONNECTION',
        `The test gave no stand-in for the connection "${connection.name}". ` +
          'A test run opens no real connections: pass `connections: [standIn(connection, value)]`.',
      );
    },
  };
}

// `standIn` took the connection together with a value of its type.
function isOf<S, T extends Closable>(_: Connection<S, T>, value: Closable | undefined): value is T {
  return value !== undefined;
}
