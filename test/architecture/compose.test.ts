import { execSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

import { repositoryPath } from './repository.ts';

const Condition = z.record(z.string(), z.object({ condition: z.string() }));
const Service = z.looseObject({
  image: z.string(),
  command: z.array(z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  healthcheck: z.looseObject({ test: z.array(z.string()).min(2) }).optional(),
  depends_on: Condition.optional(),
  env_file: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  secrets: z.array(z.string()).optional(),
  ports: z.array(z.string()).optional(),
});
const Compose = z.looseObject({
  services: z.record(z.string(), Service),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
  volumes: z.record(z.string(), z.unknown()),
});

const text = readFileSync(repositoryPath('docker-compose.yml'), 'utf8');
const compose = Compose.parse(parse(text, { merge: true }));

describe('docker-compose.yml', () => {
  it('keeps the queue: Redis writes every second and evicts nothing', () => {
    expect(service('redis').command?.join(' ')).toBe(
      'redis-server --appendonly yes --appendfsync everysec --maxmemory-policy noeviction',
    );
    expect(service('redis').volumes).toEqual(['redis:/data']);
  });

  it('keeps the truth: PostgreSQL 18 on a named volume at the place this version uses', () => {
    expect(service('postgres').image).toMatch(/^postgres:18/);
    expect(service('postgres').volumes).toEqual(['postgres:/var/lib/postgresql']);
    expect(Object.keys(compose.volumes).toSorted()).toEqual(['postgres', 'redis']);
  });

  it.each(['worker', 'scheduler', 'dashboard'])(
    'starts the %s once Redis is healthy and the schema is there',
    (name) => {
      expect(service(name).command).toEqual([name]);
      expect(service(name).depends_on).toEqual({
        redis: { condition: 'service_healthy' },
        migrate: { condition: 'service_completed_successfully' },
      });
      expect(service(name).environment).toMatchObject({ REDIS_URL: 'redis://redis:6379' });
    },
  );

  it('migrates once PostgreSQL is healthy', () => {
    expect(service('migrate').command).toEqual(['db', 'migrate']);
    expect(service('migrate').depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
  });

  it('waits only for services that have a health check', () => {
    const awaited = Object.values(compose.services).flatMap(({ depends_on = {} }) =>
      Object.entries(depends_on).flatMap(([name, { condition }]) => (condition === 'service_healthy' ? [name] : [])),
    );

    expect(new Set(awaited)).toEqual(new Set(['postgres', 'redis']));
    for (const name of awaited) expect(service(name).healthcheck).toBeDefined();
  });

  it('holds no secret itself', () => {
    const values = Object.values(compose.services).flatMap(({ environment }) => Object.entries(environment));
    const suspicious = values.filter(([name]) => /password|secret|token/i.test(name) && !name.endsWith('_FILE'));

    expect(suspicious).toEqual([]);
    expect(text).not.toMatch(/\/\/[^/@\s]+:[^/@\s]+@/);
    expect(readFileSync(repositoryPath('.gitignore'), 'utf8').split('\n')).toEqual(
      expect.arrayContaining(['windrow.env', 'secrets/']),
    );
  });

  it('publishes ports on this machine only', () => {
    const ports = Object.values(compose.services).flatMap((one) => one.ports ?? []);

    expect(ports).toEqual(['127.0.0.1:8080:8080']);
  });
});

const Manifest = z.object({ windrow: z.object({ verbs: z.array(z.string()), prepare: z.string().optional() }) });

describe('Dockerfile', () => {
  it('leaves out the verbs of the stand-ins, and no others', () => {
    const lines = readFileSync(repositoryPath('Dockerfile'), 'utf8').split('\n');
    const changes = lines.flatMap((line) => (line.startsWith('RUN npm pkg ') ? [line.slice('RUN '.length)] : []));
    const place = mkdtempSync(join(tmpdir(), 'windrow-image-'));
    try {
      copyFileSync(repositoryPath('package.json'), join(place, 'package.json'));
      const here = Manifest.parse(JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')));
      for (const change of changes) execSync(change, { cwd: place });
      const image = Manifest.parse(JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')));

      expect(here.windrow.verbs.length).toBeGreaterThan(1);
      expect(image.windrow).toMatchObject({ verbs: here.windrow.verbs.filter((path) => !path.includes('sandbox')) });
      expect(image.windrow.prepare).toBeUndefined();
    } finally {
      rmSync(place, { recursive: true });
    }
  });

  it('copies only what exists, or what its first stage built', () => {
    const copied = readFileSync(repositoryPath('Dockerfile'), 'utf8')
      .split('\n')
      .flatMap((line) =>
        line.startsWith('COPY ') && !line.startsWith('COPY --from=web ') ? line.split(' ').slice(1, -1) : [],
      );

    expect(copied.length).toBeGreaterThan(0);
    expect(copied.filter((path) => !existsSync(repositoryPath(path)))).toEqual([]);
  });
});

function service(name: string): z.infer<typeof Service> {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`docker-compose.yml has no service ${name}.`);
  return found;
}
