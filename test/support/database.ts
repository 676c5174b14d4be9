import { randomUUID } from 'node:crypto';

import pg from 'pg';
import { inject } from 'vitest';

const created: string[] = [];

/** The URL of a new, empty database; it is dropped when the test file has ended. `locale` is how it sorts, as SQL says it. */
export async function freshDatabase(locale = ''): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '').slice(0, 12)}`;
  await administer(`create database ${name} template template0 ${locale}`);
  created.push(name);
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  return url.href;
}

/** For setup.ts, once per test file. */
export async function dropDatabases(): Promise<void> {
  for (const name of created.splice(0)) await administer(`drop database ${name} with (force)`);
}

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
