import { Redis } from 'ioredis';
import pg from 'pg';

/** Every row of every table of the schemas, as text. */
export async function textOfTables(url: string, schemas: readonly string[]): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(TABLES, [schemas]);
    const texts: string[] = [];
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ text: string | null }>(
        `select string_agg(t::text, chr(10)) as text from ${name} t`,
      );
      texts.push(`${name}\n${rows[0]?.text ?? ''}`);
    }
    return texts.join('\n');
  } finally {
    await client.end();
  }
}

const TABLES = `
select format('%I.%I', table_schema, table_name) as name
from information_schema.tables
where table_schema = any ($1) and table_type = 'BASE TABLE'`;

/** Every value under the prefix of a Redis, as text. */
export async function textOfRedis(url: string, prefix: string): Promise<string> {
  const client = new Redis(url);
  try {
    const texts: string[] = [];
    for (const key of await client.keys(`${prefix}*`))
      texts.push(`${key}\n${JSON.stringify(await valueOf(client, key))}`);
    return texts.join('\n');
  } finally {
    await client.quit();
  }
}

async function valueOf(client: Redis, key: string): Promise<unknown> {
  const type = await client.type(key);
  const read = READERS[type];
  if (read === undefined) throw new Error(`The test cannot read a Redis value of type ${type}, key ${key}.`);
  return read(client, key);
}

const READERS: Readonly<Record<string, (client: Redis, key: string) => Promise<unknown>>> = {
  string: (client, key) => client.get(key),
  hash: (client, key) => client.hgetall(key),
  list: (client, key) => client.lrange(key, 0, -1),
  set: (client, key) => client.smembers(key),
  zset: (client, key) => client.zrange(key, '0', '-1'),
  stream: (client, key) => client.xrange(key, '-', '+'),
  none: () => Promise.resolve(undefined),
};
