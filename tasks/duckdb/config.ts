import { isAbsolute } from 'node:path';

import { z } from 'zod';

import {
  ChangePolicyText,
  ContractsJson,
  type DeletePolicies,
  DeletePolicyText,
  DeletesJson,
  type GivenContracts,
  type GivenDeletes,
  type PinnedColumns,
  PinsJson,
  REMOVAL_POLICIES,
  type Reading,
  type RemovalPolicy,
  type SchemaContracts,
  type SettingSources,
  deletePolicies,
  firstSet,
  readConnectorSettings,
  schemaContracts,
} from '#framework';

export interface DuckDbSettings {
  /** The database file; made where it is missing. */
  readonly file: string;
  readonly schema: string;
  readonly onRemoval: RemovalPolicy;
  /** What changes of a table's schema do: applied, or the window waits or fails. */
  readonly contracts: SchemaContracts;
  /** Whether a Full reports what differs from the tables that it replaces. */
  readonly reconciles: boolean;
  /** What becomes of rows that the source deletes or changes. */
  readonly deletes: DeletePolicies;
  /** Types that columns must have exactly. */
  readonly pins: PinnedColumns;
  /** The most memory that DuckDB takes before it writes to disk, such as `1GB`. */
  readonly memory: string;
  /** Absent: one for each core. */
  readonly threads?: number | undefined;
  /** How long to wait for another process to close the file. */
  readonly waitSeconds: number;
}

/** Reads the environment over the `duckdb` block of `connector_config.json`, and reports every mistake at once. */
export function readDuckDbSettings(sources: SettingSources): Reading<DuckDbSettings> {
  return readConnectorSettings<z.output<typeof ConnectorFile>, DuckDbSettings>(sources, {
    file: ConnectorFile,
    settings: Settings,
    names: NAMES,
    values: (environment, { duckdb = {} } = {}) => ({
      file: firstSet(environment['DUCKDB_FILE'], duckdb.file),
      schema: firstSet(environment['DUCKDB_SCHEMA'], duckdb.schema),
      onRemoval: firstSet(environment['DUCKDB_ON_REMOVAL'], duckdb.on_removal),
      onChange: firstSet(environment['DUCKDB_ON_CHANGE']),
      contracts: duckdb.contracts,
      reconciles: firstSet(environment['DUCKDB_RECONCILE'], duckdb.reconcile),
      usualDeletes: firstSet(environment['DUCKDB_DELETES']),
      deletes: duckdb.deletes,
      pins: duckdb.columns,
      memory: firstSet(environment['DUCKDB_MEMORY']),
      threads: firstSet(environment['DUCKDB_THREADS']),
      waitSeconds: firstSet(environment['DUCKDB_WAIT_SECONDS']),
    }),
  });
}

const Text = z.string().optional();
/** The file belongs to other tools too, so what Windrow does not know is let be. */
const ConnectorFile = z.looseObject({
  duckdb: z
    .looseObject({
      file: Text,
      schema: Text,
      on_removal: Text,
      reconcile: Text,
      contracts: ContractsJson.optional(),
      deletes: DeletesJson.optional(),
      columns: PinsJson.optional(),
    })
    .optional(),
});

const Flat = z.strictObject({
  file: z
    .string('is missing. Name the database file, such as /var/lib/windrow/vault.duckdb')
    .refine(isAbsolute, { error: 'expected an absolute path, the same for every process' }),
  schema: z
    .string()
    .min(1)
    .max(127)
    .default('vault')
    .transform((name) => name.toLowerCase()),
  onRemoval: z.enum(REMOVAL_POLICIES, `expected one of ${REMOVAL_POLICIES.join(', ')}`).default('drop'),
  onChange: ChangePolicyText.optional(),
  contracts: z.custom<GivenContracts>().optional(),
  reconciles: z
    .enum(['on', 'off'], 'expected on or off')
    .default('on')
    .transform((text) => text === 'on'),
  usualDeletes: DeletePolicyText.optional(),
  deletes: z.custom<GivenDeletes>().optional(),
  pins: z.custom<PinnedColumns>().optional(),
  memory: z
    .string()
    .regex(/^\d+(\.\d+)? ?[KMGT]i?B$/, 'expected an amount such as 512MB or 2GB')
    .default('1GB'),
  threads: z.coerce.number('expected a whole number').int('expected a whole number').min(1).max(256).optional(),
  waitSeconds: z.coerce
    .number('expected a number of seconds')
    .int('expected a whole number of seconds')
    .min(1)
    .max(3600)
    .default(60),
});

const Settings = Flat.transform(({ onChange, contracts, pins = new Map(), usualDeletes, deletes, ...settings }) => ({
  ...settings,
  pins,
  contracts: schemaContracts(contracts, onChange),
  deletes: deletePolicies(deletes, usualDeletes),
}));

const NAMES: Readonly<Record<string, string>> = {
  file: 'DUCKDB_FILE or connector_config.json duckdb.file',
  schema: 'DUCKDB_SCHEMA or connector_config.json duckdb.schema',
  onRemoval: 'DUCKDB_ON_REMOVAL or connector_config.json duckdb.on_removal',
  onChange: 'DUCKDB_ON_CHANGE',
  reconciles: 'DUCKDB_RECONCILE or connector_config.json duckdb.reconcile',
  usualDeletes: 'DUCKDB_DELETES',
  memory: 'DUCKDB_MEMORY',
  threads: 'DUCKDB_THREADS',
  waitSeconds: 'DUCKDB_WAIT_SECONDS',
};
