import { readFile } from 'node:fs/promises';

import { Client } from 'pg';

import { quoteLiteral, quoteName } from '../sql/names.ts';

const PROCEDURES = 'procedures.sql';
const PARTS = ['tables.sql', PROCEDURES, 'functions.sql', 'views.sql'];

/** Makes the stand-in's database on the server if it is not there, with Redshift's functions and views; gives its address. */
export async function installDatabase(serverUrl: string, name: string): Promise<string> {
  await withClient(serverUrl, (server) => createDatabase(server, name));
  const url = new URL(serverUrl);
  url.pathname = `/${encodeURIComponent(name)}`;
  await withClient(url.toString(), install);
  return url.toString();
}

async function withClient(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

/** Redshift sorts by code point; its databases are UTF-8. */
async function createDatabase(server: Client, name: string): Promise<void> {
  const found = await server.query('select from pg_database where datname = $1', [name]);
  if (found.rowCount === 1) return;
  const { rows } = await server.query<{ server_version_num: string }>('show server_version_num');
  const isRecent = Number(rows[0]?.server_version_num) >= 170_000;
  const locale = isRecent ? "locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'" : "locale 'C'";
  await server.query(`create database ${quoteName(name)} template template0 encoding 'UTF8' ${locale}`);
  await server.query(`alter database ${quoteName(name)} set timezone to 'UTC'`);
  await server.query(`alter database ${quoteName(name)} set datestyle to ${quoteLiteral('ISO, MDY')}`);
  // The stand-in's data can be loaded again, so a statement need not wait for the disk.
  await server.query(`alter database ${quoteName(name)} set synchronous_commit to off`);
}

async function install(database: Client): Promise<void> {
  // Until this connection ends: PostgreSQL fails all but one of those that replace a function at the same time.
  await database.query('select pg_advisory_lock(1)');
  const found = await database.query("select to_regclass('redshift.load_commits') as there");
  // The rewriting calls this version's procedures, also where an earlier one made the database.
  const parts = found.rows[0]?.there === null ? PARTS : [PROCEDURES];
  const texts = await Promise.all(parts.map((part) => readFile(new URL(part, import.meta.url), 'utf8')));
  await database.query('set allow_system_table_mods to on');
  // One text is one transaction: a half installed catalog cannot stay behind.
  await database.query(texts.join('\n'));
}
