import { z } from 'zod';

import {
  CONNECTOR_FILE,
  ChangePolicyText,
  ContractsJson,
  type DeletePolicies,
  DeletePolicyText,
  DeletesJson,
  type Environment,
  type PinnedColumns,
  PinsJson,
  REMOVAL_POLICIES,
  type Reading,
  type RemovalPolicy,
  type SchemaContracts,
  type SettingSources,
  deletePolicies,
  firstSet,
  readSettings,
  readSettingsFile,
  schemaContracts,
  withProblems,
} from '#framework';

import { LayoutsJson, type TableLayouts } from './load/layout.ts';

export interface RedshiftSettings {
  readonly database: string;
  readonly schema: string;
  readonly access:
    | { readonly kind: 'workgroup'; readonly workgroup: string }
    | { readonly kind: 'cluster'; readonly cluster: string; readonly user: string | undefined };
  /** Name of the database login in AWS Secrets Manager; the Data API fetches it, Windrow never does. */
  readonly secretArn: string | undefined;
  /** The role by which Redshift reads the stage, or `default`. */
  readonly iamRole: string;
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly onRemoval: RemovalPolicy;
  /** What changes of a table's schema do: applied, or the window waits or fails. */
  readonly contracts: SchemaContracts;
  /** Whether a Full reports what differs from the tables that it replaces. */
  readonly reconciles: boolean;
  /** What becomes of rows that the source deletes or changes. */
  readonly deletes: DeletePolicies;
  /** Types that columns must have exactly. */
  readonly pins: PinnedColumns;
  readonly parallelCopies: number;
  /** A table that a load brought at least so many rows is analysed afterwards; undefined: none is. */
  readonly analyzeRows: number | undefined;
  /** Distribution and sort keys of tables that Windrow makes. */
  readonly layouts: TableLayouts;
}

/** Reads the environment over the `redshift` block of `connector_config.json`, and reports every mistake at once. */
export function readRedshiftSettings(sources: SettingSources): Reading<RedshiftSettings> {
  const { content, problems } = readSettingsFile(sources, { ...CONNECTOR_FILE, shape: ConnectorFile });
  const values = flatValues(sources.environment, content ?? {});
  const reading = withProblems([...problems, ...accessProblems(values)], readSettings(Flat, values, NAMES));
  return reading.kind === 'read' ? { kind: 'read', settings: shaped(reading.settings, content?.redshift) } : reading;
}

const IDENTIFIER = z.string({ error: 'expected a name' }).min(1, { error: 'expected a name' }).max(127);

const Flat = z.object({
  database: IDENTIFIER,
  schema: IDENTIFIER.default('vault'),
  workgroup: z
    .string()
    .regex(/^(arn:.+|[a-z0-9-]{3,63})$/, { error: 'expected the name of a serverless workgroup or its ARN' })
    .optional(),
  cluster: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,62}$/, { error: 'expected the identifier of a provisioned cluster' })
    .optional(),
  user: IDENTIFIER.optional(),
  secretArn: z.string().startsWith('arn:', { error: 'expected the ARN of a secret' }).optional(),
  iamRole: z
    .string({ error: 'expected the ARN of the role by which Redshift reads the stage, or "default"' })
    .regex(/^(default|arn:[^\s']+)$/, { error: 'expected the ARN of a role, or "default"' }),
  region: z.string({ error: 'expected an AWS region, such as us-east-1' }).min(1, { error: 'expected an AWS region' }),
  endpoint: z.url({ error: 'expected an address, such as http://127.0.0.1:8080' }).optional(),
  onRemoval: z.enum(REMOVAL_POLICIES, { error: `expected one of ${REMOVAL_POLICIES.join(', ')}` }).default('drop'),
  onChange: ChangePolicyText.optional(),
  reconciles: z
    .enum(['on', 'off'], { error: 'expected on or off' })
    .default('on')
    .transform((text) => text === 'on'),
  deletes: DeletePolicyText.optional(),
  parallelCopies: z.coerce.number({ error: 'expected a whole number' }).int().min(1).max(40).default(4),
  analyzeRows: z
    .union([z.literal('off').transform(() => undefined), z.coerce.number().int().min(1)], {
      error: 'expected a whole number of rows, or "off"',
    })
    .default(100_000),
});

const NAMES: Readonly<Record<string, string>> = {
  database: 'REDSHIFT_DATABASE or connector_config.json redshift.dbname',
  schema: 'REDSHIFT_SCHEMA or connector_config.json redshift.schema',
  workgroup: 'REDSHIFT_WORKGROUP or connector_config.json redshift.workgroup',
  cluster: 'REDSHIFT_CLUSTER or connector_config.json redshift.cluster',
  user: 'REDSHIFT_DB_USER or connector_config.json redshift.user',
  secretArn: 'REDSHIFT_SECRET_ARN or connector_config.json redshift.secret_arn',
  iamRole: 'REDSHIFT_IAM_ROLE or connector_config.json s3.iam_redshift_s3_read',
  region: 'AWS_REGION or connector_config.json redshift.region',
  endpoint: 'REDSHIFT_DATA_ENDPOINT',
  onRemoval: 'REDSHIFT_ON_REMOVAL or connector_config.json redshift.on_removal',
  onChange: 'REDSHIFT_ON_CHANGE',
  reconciles: 'REDSHIFT_RECONCILE or connector_config.json redshift.reconcile',
  deletes: 'REDSHIFT_DELETES',
  parallelCopies: 'REDSHIFT_PARALLEL_COPIES',
  analyzeRows: 'REDSHIFT_ANALYZE_ROWS',
};

type FlatValues = { readonly [Key in keyof z.input<typeof Flat>]?: unknown };

const Text = z.string().optional();
/** The file has blocks and keys for other connectors and for the tools it comes from, so unknown ones are let be. */
const ConnectorFile = z.looseObject({
  s3: z.looseObject({ iam_redshift_s3_read: Text }).optional(),
  redshift: z
    .looseObject({
      host: Text,
      dbname: Text,
      database: Text,
      schema: Text,
      user: Text,
      workgroup: Text,
      cluster: Text,
      secret_arn: Text,
      region: Text,
      on_removal: Text,
      reconcile: Text,
      tables: LayoutsJson.optional(),
      contracts: ContractsJson.optional(),
      deletes: DeletesJson.optional(),
      columns: PinsJson.optional(),
    })
    .optional(),
});

/** One value per setting, not yet checked: the environment first, then the file, then what the file's host tells. */
function flatValues(environment: Environment, { redshift = {}, s3 = {} }: z.output<typeof ConnectorFile>): FlatValues {
  const host = fromHost(redshift.host ?? '');
  // Serverless signs in by the AWS identity or a secret; the file's user is for drivers.
  const userInFile = host.workgroup === undefined ? redshift.user : undefined;
  return {
    database: firstSet(environment['REDSHIFT_DATABASE'], redshift.database, redshift.dbname),
    schema: firstSet(environment['REDSHIFT_SCHEMA'], redshift.schema),
    workgroup: firstSet(environment['REDSHIFT_WORKGROUP'], redshift.workgroup, host.workgroup),
    cluster: firstSet(environment['REDSHIFT_CLUSTER'], redshift.cluster, host.cluster),
    user: firstSet(environment['REDSHIFT_DB_USER'], userInFile),
    secretArn: firstSet(environment['REDSHIFT_SECRET_ARN'], redshift.secret_arn),
    iamRole: firstSet(environment['REDSHIFT_IAM_ROLE'], s3.iam_redshift_s3_read),
    region: firstSet(environment['AWS_REGION'], environment['AWS_DEFAULT_REGION'], redshift.region, host.region),
    endpoint: firstSet(environment['REDSHIFT_DATA_ENDPOINT']),
    onRemoval: firstSet(environment['REDSHIFT_ON_REMOVAL'], redshift.on_removal),
    onChange: firstSet(environment['REDSHIFT_ON_CHANGE']),
    reconciles: firstSet(environment['REDSHIFT_RECONCILE'], redshift.reconcile),
    deletes: firstSet(environment['REDSHIFT_DELETES']),
    parallelCopies: firstSet(environment['REDSHIFT_PARALLEL_COPIES']),
    analyzeRows: firstSet(environment['REDSHIFT_ANALYZE_ROWS']),
  };
}

/** `name.account.region.redshift-serverless.amazonaws.com` or `name.hash.region.redshift.amazonaws.com` */
const HOST = /^(?<name>[a-z0-9-]+)\.[^.]+\.(?<region>[a-z0-9-]+)\.redshift(?<serverless>-serverless)?\.amazonaws\.com/;

function fromHost(host: string): {
  readonly workgroup?: string | undefined;
  readonly cluster?: string | undefined;
  readonly region?: string | undefined;
} {
  const found = HOST.exec(host)?.groups;
  if (found === undefined) return {};
  const { name, region, serverless } = found;
  return serverless === undefined ? { cluster: name, region } : { workgroup: name, region };
}

function accessProblems({ workgroup, cluster, user, secretArn }: FlatValues): readonly string[] {
  const problems: string[] = [];
  if (workgroup === undefined && cluster === undefined) {
    problems.push(
      'REDSHIFT_WORKGROUP or REDSHIFT_CLUSTER: expected one of the two, a serverless workgroup or a provisioned cluster.',
    );
  }
  if (workgroup !== undefined && cluster !== undefined) {
    problems.push('REDSHIFT_WORKGROUP and REDSHIFT_CLUSTER: both are set; leave out the one that you do not use.');
  }
  if (user !== undefined && (workgroup !== undefined || secretArn !== undefined)) {
    problems.push(
      'REDSHIFT_DB_USER: only goes with REDSHIFT_CLUSTER and without REDSHIFT_SECRET_ARN, which names the user itself.',
    );
  }
  return problems;
}

type FileBlock = z.output<typeof ConnectorFile>['redshift'];

function shaped(flat: z.output<typeof Flat>, file: FileBlock): RedshiftSettings {
  const { workgroup, cluster = '', user, secretArn, endpoint, onChange, ...rest } = flat;
  const contracts = schemaContracts(file?.contracts, onChange);
  const deletes = deletePolicies(file?.deletes, rest.deletes);
  const layouts = file?.tables ?? new Map();
  const pins = file?.columns ?? new Map();
  const access =
    workgroup === undefined
      ? ({ kind: 'cluster', cluster, user } as const)
      : ({ kind: 'workgroup', workgroup } as const);
  return { ...rest, schema: rest.schema.toLowerCase(), access, secretArn, endpoint, contracts, deletes, pins, layouts };
}
