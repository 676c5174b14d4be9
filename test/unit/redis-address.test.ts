import { describe, expect, it } from 'vitest';

import { readRedisAddress, redisPlaces } from '../../framework/queue/redis-address.ts';

const MAIN = { host: 'a', port: 26_379 };

describe('REDIS_URL', () => {
  it.each([
    ['redis://cache', { kind: 'server', url: 'redis://cache', place: 'cache:6379' }],
    ['rediss://u:p@cache:6380/2', { kind: 'server', url: 'rediss://u:p@cache:6380/2', place: 'cache:6380' }],
    ['redis+sentinel://a/main', { kind: 'sentinel', master: 'main', database: 0, tls: false, nodes: [MAIN] }],
    [
      'rediss+sentinel://u:p%40ss@a,b:1/main/3',
      {
        kind: 'sentinel',
        master: 'main',
        database: 3,
        tls: true,
        username: 'u',
        password: 'p@ss',
        nodes: [MAIN, { host: 'b', port: 1 }],
      },
    ],
    [
      'redis+cluster://:pass@[::1]:7000,b',
      {
        kind: 'cluster',
        tls: false,
        password: 'pass',
        nodes: [
          { host: '::1', port: 7000 },
          { host: 'b', port: 6379 },
        ],
      },
    ],
  ])('reads %s', (text, address) => {
    expect(readRedisAddress(text)).toEqual(address);
  });

  it.each([
    ['http://cache', 'another scheme'],
    ['redis+sentinel://a:26379', 'sentinels without the name of their master'],
    ['redis+sentinel://a/main/x', 'a database that is no number'],
    ['redis+cluster://a:7000/1', 'a database of a cluster'],
    ['redis+cluster://a:7000,,b', 'an empty host'],
    ['redis+cluster://a:port', 'a port that is no number'],
    ['redis+cluster://u:%zz@a', 'a password that is not encoded'],
    ['redis+other://a', 'another kind of group'],
  ])('refuses %s: %s', (text) => {
    expect(readRedisAddress(text)).toBeUndefined();
  });

  it.each([
    ['redis://u:hidden@cache:1', 'cache:1'],
    ['redis+sentinel://u:hidden@a,b:1/main', 'a:26379, b:1 (sentinels of "main")'],
    ['redis+cluster://u:hidden@a,b:1', 'a:6379, b:1 (cluster)'],
  ])('names the places of %s without credentials', (text, places) => {
    const address = readRedisAddress(text);
    expect(address && redisPlaces(address)).toBe(places);
  });
});
