import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { redshiftTarget } from '#tasks/redshift';

import type { FaultRule } from '../../sandbox/redshift/faults.ts';
import type { RedshiftOpened } from '../../tasks/redshift/connector.ts';
import { checkRedshift } from '../../tasks/redshift/check/check.ts';
import { type Ground, openGround } from './redshift-ground.ts';
import { contextOf } from './stage-ground.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});
afterEach(() => ground.sandbox.faults.clear());
afterAll(() => ground.close());

function checked(opened: RedshiftOpened = ground.opened, region = opened.settings.region) {
  return checkRedshift({
    settings: opened.settings,
    warehouse: opened.warehouse,
    stage: { store: ground.store, bucket: 'lake', region },
    token: 'probe',
    signal: AbortSignal.timeout(60_000),
  });
}

async function problems(opened?: RedshiftOpened, region?: string) {
  const findings = await checked(opened, region);
  return findings.filter(({ outcome }) => outcome === 'problem');
}

async function query(text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: ground.sandbox.databaseUrl });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

describe('the check of a warehouse', () => {
  it('finds no problem where there is none, before the first load and after it, and leaves nothing behind', async () => {
    expect(await checked()).toContainEqual({
      check: 'schema',
      outcome: 'ok',
      found: 'vault is made by the first load',
    });
    expect(await query("select from pg_namespace where nspname = 'vault'")).toEqual([]);
    const manifest = await ground.stage({
      number: 1,
      tables: [{ table: 'account', columns: [{ name: 'id', type: 'text' }], updates: [['1']] }],
    });
    await ground.target.load(manifest, contextOf(manifest));
    const findings = await checked();
    expect(findings.map(({ check, outcome }) => [check, outcome])).toEqual([
      ['sign in', 'ok'],
      ['schema', 'ok'],
      ['tables', 'ok'],
      ['procedures', 'ok'],
      ['owners', 'ok'],
      ['stage', 'ok'],
      ['load errors', 'ok'],
      ['limits', 'ok'],
      ['statement_timeout', 'ok'],
      ['datestyle', 'ok'],
      ['enable_case_sensitive_identifier', 'ok'],
    ]);
    expect(await query("select from pg_class where relname like 'windrow_check%'")).toEqual([]);
    expect(await query("select from pg_proc where proname like 'sp_windrow_check%'")).toEqual([]);
    expect(await ground.store.list('windrow_check')).toEqual([]);
  });

  const DENIED: readonly (readonly [string, FaultRule, { check: string; found: RegExp; remedy: RegExp }])[] = [
    [
      'an AWS identity that may not call the Data API',
      { kind: 'access_denied', operation: 'ExecuteStatement' },
      {
        check: 'sign in',
        found: /not authorized/,
        remedy: /^Grant redshift-data:ExecuteStatement to the AWS identity/,
      },
    ],
    [
      'an AWS identity that gets no database credentials',
      { kind: 'access_denied', action: 'redshift:GetClusterCredentials' },
      { check: 'sign in', found: /not authorized/, remedy: /^Grant redshift:GetClusterCredentials / },
    ],
    [
      'an unknown database user',
      { kind: 'login_refused' },
      { check: 'sign in', found: /authentication failed/, remedy: /database user loader, or correct REDSHIFT_DB_USER/ },
    ],
    [
      'a user without CREATE on the schema',
      { kind: 'permission_denied', privilege: 'create_table' },
      { check: 'tables', found: /denied for schema vault/, remedy: /grant usage, create on schema "vault" to "/ },
    ],
    [
      'a user that may not alter tables',
      { kind: 'permission_denied', privilege: 'alter_table' },
      { check: 'tables', found: /must be owner/, remedy: /alter table … owner to "/ },
    ],
    [
      'a user that may not drop tables',
      { kind: 'permission_denied', privilege: 'drop_table' },
      { check: 'tables', found: /must be owner/, remedy: /alter table … owner to "/ },
    ],
    [
      'a user that may not make procedures',
      { kind: 'permission_denied', privilege: 'create_procedure' },
      {
        check: 'procedures',
        found: /denied for language plpgsql/,
        remedy: /grant usage on language plpgsql to ".*is slower/,
      },
    ],
    [
      'a user without temporary tables',
      { kind: 'permission_denied', privilege: 'create_temporary_table' },
      { check: 'stage', found: /temporary tables/, remedy: /grant temp on database "dev_/ },
    ],
    [
      'an AWS identity that may not send batches',
      { kind: 'access_denied', operation: 'BatchExecuteStatement' },
      { check: 'stage', found: /not authorized/, remedy: /^Grant redshift-data:BatchExecuteStatement / },
    ],
    [
      'a role that is not attached',
      { kind: 'copy_refused', why: 'role' },
      {
        check: 'stage',
        found: /assume IAM Role/,
        remedy: /^Attach arn:aws:iam::123456789012:role\/copy to the cluster/,
      },
    ],
    [
      'a role that may not read the bucket',
      { kind: 'copy_refused', why: 'bucket' },
      { check: 'stage', found: /Status 403/, remedy: /^Grant s3:GetObject and s3:ListBucket on lake to the role/ },
    ],
    [
      'a bucket of another region',
      { kind: 'copy_refused', why: 'region' },
      { check: 'stage', found: /PermanentRedirect/, remedy: /bucket in the region of the cluster/ },
    ],
    [
      'an unreadable table of load errors',
      {
        kind: 'fail_statement',
        matching: 'from stl_load_errors',
        message: 'permission denied for relation stl_load_errors',
      },
      { check: 'load errors', found: /denied for relation/, remedy: /grant select on stl_load_errors to "/ },
    ],
    [
      'a statement timeout of a minute',
      { kind: 'setting', setting: 'statement_timeout', value: '60000' },
      { check: 'statement_timeout', found: /60000 ms/, remedy: /set statement_timeout to 0/ },
    ],
    [
      'dates in another style',
      { kind: 'setting', setting: 'datestyle', value: 'SQL, DMY' },
      { check: 'datestyle', found: /SQL, DMY/, remedy: /set datestyle to 'ISO, MDY'/ },
    ],
    [
      'names that tell upper from lower case',
      { kind: 'setting', setting: 'enable_case_sensitive_identifier', value: 'on' },
      { check: 'enable_case_sensitive_identifier', found: /on:/, remedy: /to false/ },
    ],
  ];

  it.each(DENIED)('names %s, with the remedy', async (_, fault, { check, found, remedy }) => {
    ground.sandbox.faults.set([fault]);
    const [problem, ...more] = await problems();
    expect(problem).toEqual({
      check,
      outcome: 'problem',
      found: expect.stringMatching(found),
      remedy: expect.stringMatching(remedy),
    });
    expect(more).toEqual([]);
    expect(await ground.store.list('windrow_check')).toEqual([]);
  });

  it('names a user without CREATE on the database while the schema is missing, and is content once it stands', async () => {
    ground.sandbox.faults.set([{ kind: 'permission_denied', privilege: 'create_schema' }]);
    const found = await problems(ground.openWith({ schema: 'missing' }));
    expect(found.map(({ check }) => check)).toEqual(['schema', 'tables', 'procedures']);
    expect(found[0]).toMatchObject({ remedy: expect.stringContaining('create schema "missing" authorization "') });
    expect(await problems()).toEqual([]);
  });

  it('names a workgroup, a cluster and a database that are not there', async () => {
    const missing = [
      { access: { kind: 'workgroup', workgroup: 'nobody' } },
      { access: { kind: 'cluster', cluster: 'nobody', user: undefined } },
      { database: 'nobody' },
    ] as const;
    const remedies = [];
    for (const change of missing) {
      for (const problem of await problems(ground.openWith(change))) remedies.push(problem);
    }
    expect(remedies).toMatchObject([
      { remedy: expect.stringContaining('Correct REDSHIFT_WORKGROUP') },
      { remedy: expect.stringContaining('Correct REDSHIFT_CLUSTER') },
      { remedy: expect.stringContaining('correct REDSHIFT_DATABASE') },
    ]);
  });

  it('names tables that belong to others, and tables without room for a column', async () => {
    const columns = Array.from({ length: 1600 }, (_, index) => `c${index} boolean`).join(', ');
    await query('create schema crowded; create role somebody');
    await query(`create table crowded.full_up (${columns}); create table crowded.theirs (id integer)`);
    await query('alter table crowded.theirs owner to somebody');
    const found = await problems(ground.openWith({ schema: 'crowded' }));
    expect(found).toMatchObject([
      { check: 'owners', found: expect.stringContaining('theirs (somebody)') },
      { check: 'limits', found: expect.stringContaining('full_up (1600 columns)') },
    ]);
    await query('drop schema crowded cascade; drop role somebody');
  });

  it('names a stage whose region is said to be another than that of the cluster', async () => {
    expect(await problems(ground.opened, 'eu-west-1')).toMatchObject([
      { check: 'region', found: expect.stringContaining('eu-west-1') },
    ]);
  });
});

describe('a load by a user that may create in the schema but not in the database', () => {
  it('makes its own tables in a schema that stands already', async () => {
    await query('create schema prepared');
    ground.sandbox.faults.set([{ kind: 'permission_denied', privilege: 'create_schema' }]);
    const target = redshiftTarget(ground.openWith({ schema: 'prepared' }), { stage: ground.store });
    const manifest = await ground.stage({
      number: 7,
      tables: [{ table: 'account', columns: [{ name: 'id', type: 'text' }], updates: [['1']] }],
    });
    await expect(target.load(manifest, contextOf(manifest))).resolves.toMatchObject({ outcome: 'loaded' });
  });
});
