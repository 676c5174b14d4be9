import { Cluster, Redis, type RedisOptions } from 'ioredis';

import type { RedisAddress } from './redis-address.ts';

/** What BullMQ talks through, whichever way Redis is installed. */
export type RedisClient = Redis | Cluster;

export interface ClientOptions extends Pick<
  RedisOptions,
  'connectTimeout' | 'socketTimeout' | 'maxRetriesPerRequest' | 'lazyConnect'
> {
  /** Milliseconds before the next try to connect; null gives up. */
  readonly retryStrategy: (tries: number) => number | null;
}

/** Connects at once unless `lazyConnect`. With sentinels the client follows the master through a failover. */
export function openRedisClient(address: RedisAddress, options: ClientOptions): RedisClient {
  switch (address.kind) {
    case 'server':
      return new Redis(address.url, options);
    case 'sentinel':
      return new Redis({
        ...options,
        ...credentials(address),
        sentinels: [...address.nodes],
        name: address.master,
        db: address.database,
        sentinelRetryStrategy: options.retryStrategy,
        ...(address.tls ? { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
      });
    case 'cluster':
      return openCluster(address, options);
  }
}

function openCluster(
  address: Extract<RedisAddress, { kind: 'cluster' }>,
  { retryStrategy, lazyConnect = false, ...node }: ClientOptions,
): Cluster {
  return new Cluster([...address.nodes], {
    clusterRetryStrategy: retryStrategy,
    lazyConnect,
    // Nodes behind TLS answer to their names only.
    ...(address.tls ? { dnsLookup: (host, done) => done(null, host) } : {}),
    redisOptions: { ...node, ...credentials(address), ...(address.tls ? { tls: {} } : {}) },
  });
}

function credentials(address: Exclude<RedisAddress, { kind: 'server' }>): Pick<RedisOptions, 'username' | 'password'> {
  const { username, password } = address;
  return { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) };
}

/** From here on a client that loses Redis, or tries to reach it, ends instead of trying again. */
export function forbidReconnecting(client: RedisClient): void {
  if (client instanceof Cluster) {
    client.options.clusterRetryStrategy = () => null;
  } else {
    client.options.retryStrategy = () => null;
    client.options.sentinelRetryStrategy = () => null;
  }
}

/** The client, telling of every copy that is made of it. */
export function withCopies(client: RedisClient, copied: (copy: RedisClient) => void): RedisClient {
  const told = <C extends RedisClient>(copy: C): C => {
    copied(copy);
    return copy;
  };
  if (client instanceof Cluster) {
    const original = client.duplicate.bind(client);
    return Object.assign(client, {
      duplicate: (...given: Parameters<typeof original>): Cluster => told(original(...given)),
    });
  }
  const original = client.duplicate.bind(client);
  return Object.assign(client, { duplicate: (changes?: Partial<RedisOptions>): Redis => told(original(changes)) });
}
