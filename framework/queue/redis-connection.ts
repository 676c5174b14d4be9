import { type Millis, seconds } from '../core/duration.ts';
import { ConfigFailure, RemoteFailure } from '../core/failures.ts';
import type { Log } from '../core/log.ts';
import type { Secret } from '../core/secret.ts';
import { rest } from '../core/timer.ts';
import { REDIS_FORMS, type RedisAddress, readRedisAddress, redisPlaces } from './redis-address.ts';
import {
  type ClientOptions,
  type RedisClient,
  forbidReconnecting,
  openRedisClient,
  withCopies,
} from './redis-client.ts';

/** How long a start waits for Redis. */
const START_LIMIT: Millis = seconds(5);
/** How long one call of a queue may take. Its job stays in the outbox and is sent again. */
const CALL_LIMIT: Millis = seconds(3);

// Without `enableAutoPipelining`, which keeps each command back until the next turn of the event loop: a hop takes 2.2 ms instead of
// 2.6 in alternating runs, and throughput is no worse.
const OPTIONS = {
  connectTimeout: seconds(3),
  // Longer than a worker's blocking read, which ends after 10 s at most: only a server that is gone is silent for so long.
  socketTimeout: seconds(20),
  retryStrategy: (tries: number) => Math.min(tries * 50, 1000),
} satisfies ClientOptions;

/**
 * The place that `REDIS_URL` names.
 * @throws ConfigFailure `E_REDIS_URL`
 */
export function redisAddress(url: Secret): RedisAddress {
  const address = readRedisAddress(url.reveal());
  if (address !== undefined) return address;
  throw new ConfigFailure('E_REDIS_URL', `REDIS_URL cannot be read. Expected ${REDIS_FORMS}.`);
}

/**
 * Asks Redis for a sign of life.
 * @throws RemoteFailure `E_REDIS_UNREACHABLE`
 */
export async function ensureRedis(url: Secret): Promise<void> {
  let last: Error | undefined;
  const address = redisAddress(url);
  const client = openRedisClient(address, {
    lazyConnect: true,
    connectTimeout: START_LIMIT,
    maxRetriesPerRequest: 1,
    retryStrategy: () => null,
  });
  client.on('error', (error) => (last = error));
  try {
    await within(START_LIMIT, async () => {
      await client.connect();
      await client.ping();
    });
  } catch (error) {
    throw unreachable(address, last ?? error);
  } finally {
    client.disconnect();
  }
}

export interface SendingConnection {
  readonly client: RedisClient;
  /** Calls Redis, or fails soon when it cannot be reached. */
  readonly ask: <T>(call: () => Promise<T>) => Promise<T>;
  readonly close: () => Promise<void>;
}

/** For queues: what cannot be sent now fails instead of waiting for Redis. */
export function openSendingConnection(address: RedisAddress, log: Log): SendingConnection {
  // Bull Board calls past `ask`: with 5 its pages fail about a second after Redis went down.
  const client = steady(openRedisClient(address, { ...OPTIONS, maxRetriesPerRequest: 5 }));
  let last: unknown;
  client.on('error', (error) => {
    last = error;
    log.warn('Redis is not reachable', { message: error.message });
  });
  return {
    client,
    ask: async (call) => {
      if (LOST.has(client.status)) throw unreachable(address, last);
      return within(CALL_LIMIT, call).catch((error: unknown) => {
        throw client.status === 'ready' && !(error instanceof Late) ? error : unreachable(address, error);
      });
    },
    close: async () => {
      if (client.status === 'ready') await within(CALL_LIMIT, () => client.quit()).catch(() => {});
      client.disconnect();
    },
  };
}

const LOST: ReadonlySet<string> = new Set(['close', 'reconnecting', 'end']);

export interface WorkerConnection {
  /** BullMQ makes a copy of it for its blocking reads. */
  readonly client: RedisClient;
  /** From here on a connection that loses Redis ends, and so does every call that waits for it. */
  readonly letGo: () => void;
  readonly close: () => void;
}

/** For one worker: waits for Redis as long as it takes, until `letGo`. */
export function openWorkerConnection(address: RedisAddress): WorkerConnection {
  // BullMQ demands null for workers: a blocking read must survive any number of reconnects.
  const client = prepared(openRedisClient(address, { ...OPTIONS, maxRetriesPerRequest: null }));
  const all = [client];
  return {
    client: withCopies(client, (copy) => all.push(prepared(copy))),
    letGo: () => all.forEach(forbidReconnecting),
    close: () => client.disconnect(),
  };
}

function prepared(client: RedisClient): RedisClient {
  // BullMQ reports errors while it listens; unheard ones would be printed.
  client.on('error', () => {});
  return steady(client);
}

/**
 * ioredis forgets a connection that is told to disconnect between two tries to reconnect: it never says `end`, and calls
 * that wait in it never settle. Here the next try is its last.
 */
function steady(client: RedisClient): RedisClient {
  const original = client.disconnect.bind(client);
  const disconnect = (reconnect = false): void => {
    if (reconnect || client.status !== 'reconnecting') return original(reconnect);
    forbidReconnecting(client);
    client.once('ready', () => original());
  };
  return Object.assign(client, { disconnect });
}

class Late extends Error {}

async function within<T>(limit: Millis, work: () => Promise<T>): Promise<T> {
  const done = new AbortController();
  const late = rest(limit, done.signal).then(() => {
    throw new Late(`no answer within ${limit / 1000} s`);
  });
  late.catch(() => {});
  try {
    return await Promise.race([work(), late]);
  } finally {
    done.abort();
  }
}

function unreachable(address: RedisAddress, cause: unknown): RemoteFailure {
  const reason = cause instanceof Error ? cause.message : 'the connection was lost';
  return new RemoteFailure(
    'E_REDIS_UNREACHABLE',
    `Redis at ${redisPlaces(address)} cannot be reached: ${reason}. Check that it runs and that REDIS_URL is right; ` +
      'without REDIS_URL jobs go through PostgreSQL.',
    { cause },
  );
}
