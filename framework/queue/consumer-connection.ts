import pg from 'pg';

/** The few members of the driver's pool that BullMQ calls. */
type SharedPool = Pick<pg.Pool, 'query'>;

/**
 * What BullMQ gets as the pool of one worker on PostgreSQL. Its statements share a pool with all others; the connection on which it
 * listens for jobs is its own: one of the shared ones would be gone for as long as the worker lives.
 *
 * A worker that is closed while it opens asks for that connection after it was closed, and never gives it back. The pool would run
 * dry with the twentieth and would wait for the first one for ever when it is to end, so nothing is opened for one that has left.
 */
export class ConsumerConnection {
  readonly #shared: SharedPool;
  readonly #config: pg.ClientConfig;
  #left = false;

  constructor(shared: SharedPool, config: pg.ClientConfig) {
    this.#shared = shared;
    this.#config = config;
  }

  readonly query = (text: string, values?: unknown[]): Promise<pg.QueryResult> => this.#shared.query(text, values);

  readonly connect = async (): Promise<pg.Client & { readonly release: () => void }> => {
    if (this.#left) throw closed();
    const client = new pg.Client({ ...this.#config, keepAlive: true });
    client.on('error', () => {});
    await client.connect();
    const release = (): void => {
      // BullMQ has taken all listeners off; a connection that breaks now must not end the process.
      client.on('error', () => {});
      client.end().catch(() => {});
    };
    if (!this.#left) return Object.assign(client, { release });
    release();
    throw closed();
  };

  /** The shared pool tells of its errors itself. */
  readonly on = (): this => this;

  /** For good: nothing is opened any more. What is open BullMQ releases. */
  readonly leave = (): void => {
    this.#left = true;
  };

  /** BullMQ ends only pools that it has made itself. */
  readonly end = async (): Promise<void> => {};
}

/** With the words by which BullMQ knows that a connection was closed on purpose, so that it reports nothing. */
function closed(): Error {
  return new Error('Connection is closed.');
}
