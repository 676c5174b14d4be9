import { describe, expect, it } from 'vitest';

import type { Environment } from '#framework';
import { redshiftConnection } from '#tasks/redshift';

const ROLE = 'arn:aws:iam::123456789012:role/copy';
const whole: Environment = {
  REDSHIFT_DATABASE: 'dev',
  REDSHIFT_WORKGROUP: 'analytics',
  REDSHIFT_IAM_ROLE: ROLE,
  AWS_REGION: 'us-east-1',
};

function read(environment: Environment, file?: unknown) {
  const text = typeof file === 'string' || file === undefined ? file : JSON.stringify(file);
  return redshiftConnection.read({
    environment,
    readFile: (path) => (path === 'connector_config.json' ? text : undefined),
  });
}

describe('reading the settings of Redshift', () => {
  it('takes everything from the environment, with defaults', () => {
    expect(read(whole)).toEqual({
      kind: 'read',
      settings: {
        database: 'dev',
        schema: 'vault',
        access: { kind: 'workgroup', workgroup: 'analytics' },
        secretArn: undefined,
        iamRole: ROLE,
        region: 'us-east-1',
        endpoint: undefined,
        onRemoval: 'drop',
        reconciles: true,
        deletes: { default: 'hard', tables: new Map() },
        parallelCopies: 4,
        analyzeRows: 100_000,
        contracts: { default: 'apply', tables: new Map() },
        pins: new Map(),
        layouts: new Map(),
      },
    });
  });

  it('understands connector_config.json and finds cluster and region in its host', () => {
    const file = {
      s3: { bucket_name: 'b', iam_redshift_s3_read: ROLE },
      redshift: {
        host: 'dwh.abc123.eu-west-1.redshift.amazonaws.com',
        dbname: 'dev',
        user: 'loader',
        password: 'x',
        schema: 'Veeva',
      },
    };
    expect(read({}, file)).toMatchObject({
      kind: 'read',
      settings: {
        access: { kind: 'cluster', cluster: 'dwh', user: 'loader' },
        region: 'eu-west-1',
        schema: 'veeva',
        iamRole: ROLE,
      },
    });
  });

  it('finds a serverless workgroup in the host and ignores the user meant for drivers', () => {
    const file = {
      redshift: { host: 'dwh.123456789012.us-east-2.redshift-serverless.amazonaws.com', dbname: 'dev', user: 'u' },
    };
    expect(read({ REDSHIFT_IAM_ROLE: 'default' }, file)).toMatchObject({
      settings: { access: { kind: 'workgroup', workgroup: 'dwh' }, region: 'us-east-2' },
    });
  });

  it('takes what schema changes do from the file, under a default of the environment, and refuses other words', () => {
    const contracts = { default: 'fail', tables: { Account__v: 'pause' } };
    expect(read({ ...whole, REDSHIFT_ON_CHANGE: 'apply' }, { redshift: { contracts } })).toMatchObject({
      settings: { contracts: { default: 'apply', tables: new Map([['account__v', 'pause']]) } },
    });
    expect(read(whole, { redshift: { contracts } })).toMatchObject({ settings: { contracts: { default: 'fail' } } });
    const wrong = { redshift: { contracts: { tables: { account__v: 'stop' } } } };
    expect(read({ ...whole, REDSHIFT_ON_CHANGE: 'evolve' }, wrong)).toEqual({
      kind: 'unreadable',
      problems: [
        expect.stringMatching(/^redshift\.contracts\.tables\.account__v .*apply, pause, fail/),
        expect.stringMatching(/^REDSHIFT_ON_CHANGE.*apply, pause, fail/),
      ],
    });
  });

  it('takes pinned types of columns from the file, and refuses what no column can be', () => {
    const columns = {
      Account__v: {
        Annual_Revenue__v: 'Decimal(18, 2)',
        name__v: 'varchar(200)',
        seen__v: 'timestamp',
        d: 'date',
        b: 'boolean',
      },
    };
    expect(read(whole, { redshift: { columns } })).toMatchObject({
      settings: {
        pins: new Map([
          [
            'account__v',
            new Map([
              ['annual_revenue__v', { kind: 'decimal', precision: 18, scale: 2 }],
              ['name__v', { kind: 'text', bytes: 200 }],
              ['seen__v', { kind: 'timestamp' }],
              ['d', { kind: 'date' }],
              ['b', { kind: 'boolean' }],
            ]),
          ],
        ]),
      },
    });
    const wrong = { t: { a: 'decimal(39,2)', b: 'decimal(4,5)', c: 'varchar(65536)', d: 'float' } };
    expect(read(whole, { redshift: { columns: wrong } })).toEqual({
      kind: 'unreadable',
      problems: ['a', 'b', 'c', 'd'].map((name) =>
        expect.stringMatching(
          new RegExp(`^redshift\\.columns\\.t\\.${name} .*expected varchar\\(1 to 65535\\), decimal`),
        ),
      ),
    });
  });

  it('takes distribution and sort keys of tables from the file, and refuses what cannot be', () => {
    const tables = {
      Account: { dist_key: 'Id', sort_keys: ['modified_date__v', 'id'] },
      country: { dist_style: 'all' },
    };
    expect(read(whole, { redshift: { tables } })).toMatchObject({
      settings: {
        layouts: new Map([
          ['account', { distribution: { style: 'key', column: 'id' }, sortKeys: ['modified_date__v', 'id'] }],
          ['country', { distribution: { style: 'all' }, sortKeys: [] }],
        ]),
      },
    });
    const wrong = {
      both: { dist_key: 'id', dist_style: 'even' },
      odd: { dist_style: 'key' },
      other: { sortkey: 'id' },
    };
    expect(read(whole, { redshift: { tables: wrong } })).toEqual({
      kind: 'unreadable',
      problems: [
        expect.stringMatching(/^redshift\.tables\.both .*not both/),
        expect.stringMatching(/^redshift\.tables\.odd\.dist_style .*auto, even or all/),
        expect.stringMatching(/^redshift\.tables\.other .*sortkey/),
      ],
    });
  });

  it('takes what becomes of deleted rows for all tables and for single ones', () => {
    const deletes = { default: 'soft', tables: { Account: 'history' } };
    const tables = new Map([['account', 'history']]);
    expect(read(whole, { redshift: { deletes } })).toMatchObject({
      settings: { deletes: { default: 'soft', tables } },
    });
    expect(read({ ...whole, REDSHIFT_DELETES: 'hard' }, { redshift: { deletes } })).toMatchObject({
      settings: { deletes: { default: 'hard', tables } },
    });
    expect(read({ ...whole, REDSHIFT_DELETES: 'never' }, { redshift: { deletes: { tables: { a: 'keep' } } } })).toEqual(
      {
        kind: 'unreadable',
        problems: [
          expect.stringMatching(/^redshift\.deletes\.tables\.a .*hard, soft, history/),
          expect.stringMatching(/^REDSHIFT_DELETES.*hard, soft, history/),
        ],
      },
    );
  });

  it('lets the environment overrule the file', () => {
    expect(read(whole, { redshift: { dbname: 'other', schema: 'other' } })).toMatchObject({
      settings: { database: 'dev', schema: 'other' },
    });
  });

  it('reports every mistake at once, each by what the operator must change', () => {
    const reading = read({
      REDSHIFT_ON_REMOVAL: 'burn',
      REDSHIFT_PARALLEL_COPIES: 'many',
      REDSHIFT_DATA_ENDPOINT: 'here',
    });
    expect(reading).toEqual({
      kind: 'unreadable',
      problems: [
        'REDSHIFT_WORKGROUP or REDSHIFT_CLUSTER: expected one of the two, a serverless workgroup or a provisioned cluster.',
        'REDSHIFT_DATABASE or connector_config.json redshift.dbname: expected a name.',
        'REDSHIFT_IAM_ROLE or connector_config.json s3.iam_redshift_s3_read: expected the ARN of the role by which Redshift reads the stage, or "default".',
        'AWS_REGION or connector_config.json redshift.region: expected an AWS region, such as us-east-1.',
        'REDSHIFT_DATA_ENDPOINT: expected an address, such as http://127.0.0.1:8080.',
        'REDSHIFT_ON_REMOVAL or connector_config.json redshift.on_removal: expected one of drop, keep, rename.',
        'REDSHIFT_PARALLEL_COPIES: expected a whole number.',
      ],
    });
  });

  it.each<[string, Environment]>([
    ['a workgroup and a cluster', { REDSHIFT_CLUSTER: 'dwh' }],
    ['a database user with a workgroup', { REDSHIFT_DB_USER: 'loader' }],
    ['a missing file that was named', { CONNECTOR_CONFIG_FILE: 'nowhere.json' }],
  ])('refuses %s', (_, more) => {
    expect(read({ ...whole, ...more })).toMatchObject({ kind: 'unreadable', problems: [expect.any(String)] });
  });

  it('refuses a file that is not JSON, by its name', () => {
    expect(read(whole, '{')).toMatchObject({
      kind: 'unreadable',
      problems: [expect.stringContaining('connector_config.json')],
    });
  });
});
