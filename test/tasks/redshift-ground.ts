import { randomUUID } from 'node:crypto';

import { RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { type RedshiftOpened, type RedshiftSettings, openRedshift, redshiftTarget } from '#tasks/redshift';
import { inject } from 'vitest';

import { APPLY_EVERYTHING, KEEP_NOTHING, type Target, closeAll } from '#framework';

import { type RedshiftSandbox, startRedshift } from '../../sandbox/redshift/index.ts';
import { type StageGround, TYPES, type TableWindow, openStage } from './stage-ground.ts';

/** The real connector over the stand-ins, with a stage that tests fill. */
export interface Ground extends Pick<StageGround, 'store' | 'stage' | 'close'> {
  readonly sandbox: RedshiftSandbox;
  readonly opened: RedshiftOpened;
  readonly target: Target;
  readonly stageEndpoint: string;
  /** The vendor's own client, to ask the service past the connector. */
  readonly vendor: RedshiftDataClient;
  /** Another connector with other settings on the same warehouse. */
  readonly openWith: (settings: Partial<RedshiftSettings>) => RedshiftOpened;
}

export async function openGround(): Promise<Ground> {
  const staged = await openStage();
  const { s3, store, stage } = staged;
  const credentials = { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey };
  const sandbox = await startRedshift({
    databaseUrl: inject('postgresUrl'),
    database: `dev_${randomUUID().slice(0, 8)}`,
    s3,
  });
  const settings: RedshiftSettings = {
    database: sandbox.database,
    schema: 'vault',
    access: { kind: 'cluster', cluster: sandbox.cluster, user: 'loader' },
    secretArn: undefined,
    iamRole: 'arn:aws:iam::123456789012:role/copy',
    region: s3.region,
    endpoint: sandbox.endpoint,
    onRemoval: 'drop',
    contracts: APPLY_EVERYTHING,
    reconciles: true,
    deletes: KEEP_NOTHING,
    pins: new Map(),
    parallelCopies: 4,
    analyzeRows: 100_000,
    layouts: new Map(),
  };
  const vendor = new RedshiftDataClient({ endpoint: sandbox.endpoint, region: s3.region, credentials });
  const more: RedshiftOpened[] = [];
  const opened = openRedshift(settings, credentials);
  return {
    sandbox,
    opened,
    store,
    stageEndpoint: s3.endpoint,
    vendor,
    target: redshiftTarget(opened, { stage: store }),
    openWith: (change) => {
      const other = openRedshift({ ...settings, ...change }, credentials);
      more.push(other);
      return other;
    },
    stage,
    close: async () => {
      vendor.destroy();
      await closeAll([staged, sandbox, opened, ...more]);
    },
  };
}

/** Rows of a table as text, sorted, to compare without regard to order. */
export async function rowsOf(
  opened: RedshiftOpened,
  { table, columns }: Pick<TableWindow, 'table' | 'columns'>,
): Promise<string[]> {
  const rows: string[] = [];
  const typed = columns.map(({ name, type }) => ({
    name,
    type: TYPES[type],
  }));
  for await (const page of opened.reader.readTable(table, typed))
    rows.push(...page.map((row) => row.map((value) => value ?? 'NULL').join('|')));
  return rows.toSorted();
}
