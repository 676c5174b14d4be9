import { type Closable, closeAll } from '../core/closable.ts';
import { ConfigFailure } from '../core/failures.ts';
import type { SettingSources } from '../core/settings.ts';
import type { Connection, ConnectionTools } from '../dag/connection.ts';
import type { Connections } from '../dag/task-context.ts';

export interface OpenConnectionsOptions {
  readonly sources: SettingSources;
  readonly tools: ConnectionTools;
  /** Connections that the engine itself answers, by identity. */
  readonly provided?: ReadonlyMap<unknown, Closable>;
}

/** The connections of one process: each opened at first use, shared by all tasks, closed in reverse order. */
export class OpenConnections implements Connections, Closable {
  readonly #options: OpenConnectionsOptions;
  readonly #opening = new Map<unknown, Promise<Closable>>();
  readonly #opened: Closable[] = [];

  constructor(options: OpenConnectionsOptions) {
    this.#options = options;
    for (const [connection, value] of options.provided ?? []) this.#opening.set(connection, Promise.resolve(value));
  }

  readonly get = <S, T extends Closable>(connection: Connection<S, T>): Promise<T> => {
    const known = this.#opening.get(connection);
    if (isOf(connection, known)) return known;
    const opening = this.#open(connection);
    this.#opening.set(connection, opening);
    // A failed opening is forgotten, so that a retry tries again.
    opening.catch(() => this.#opening.delete(connection));
    return opening;
  };

  async #open<S, T extends Closable>(connection: Connection<S, T>): Promise<T> {
    const reading = connection.read(this.#options.sources);
    if (reading.kind === 'unreadable') throw unreadable(connection.name, reading.problems);
    const opened = await connection.open(reading.settings, this.#options.tools);
    this.#opened.push(opened);
    return opened;
  }

  readonly close = (): Promise<void> => closeAll(this.#opened.splice(0));
}

// A connection is the key of what its own `open` returned, so the type of its entry is its own.
function isOf<S, T extends Closable>(_: Connection<S, T>, known: Promise<Closable> | undefined): known is Promise<T> {
  return known !== undefined;
}

function unreadable(name: string, problems: readonly string[]): ConfigFailure {
  return new ConfigFailure(
    'E_CONNECTION_SETTINGS',
    `The connection "${name}" has ${problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`} in its settings:\n` +
      `${problems.map((problem) => `  - ${problem}`).join('\n')}\nCorrect them and check with "windrow config check".`,
    { problems },
  );
}
