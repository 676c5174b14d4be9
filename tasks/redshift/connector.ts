import { randomInt, randomUUID } from 'node:crypto';

import type { AskedTarget, CheckableTarget, Connection } from '#framework';
import type { FixedAccess } from '#tasks/aws';

import { findQuarantined } from './audit/quarantine.ts';
import { findReconciliation } from './audit/reconcile.ts';
import { redshiftCheckTarget } from './check-target.ts';
import { dataApi } from './client.ts';
import { type RedshiftSettings, readRedshiftSettings } from './config.ts';
import { findColumnLimits } from './load/column-limits.ts';
import { type RedshiftReader, redshiftReader } from './reader.ts';
import { type Warehouse, warehouse } from './warehouse.ts';

/** An open way into one schema of one warehouse. */
export interface RedshiftOpened extends AskedTarget, CheckableTarget {
  readonly settings: RedshiftSettings;
  readonly warehouse: Warehouse;
  readonly reader: RedshiftReader;
}

export const redshiftConnection: Connection<RedshiftSettings, RedshiftOpened> = {
  name: 'redshift',
  read: readRedshiftSettings,
  open: async (settings) => openRedshift(settings),
};

/** @param access the SDK's default chain when absent */
export function openRedshift(settings: RedshiftSettings, access?: FixedAccess): RedshiftOpened {
  const api = dataApi(settings, access);
  const opened = warehouse({
    api,
    newToken: randomUUID,
    random: () => randomInt(1000) / 1000,
    // The STL tables hold the refused value too, but serverless has only the SYS tables.
    errorTables:
      settings.access.kind === 'cluster' ? ['stl_load_errors', 'sys_load_error_detail'] : ['sys_load_error_detail'],
  });
  return {
    settings,
    warehouse: opened,
    reader: redshiftReader(opened, settings.schema),
    checks: redshiftCheckTarget(opened, settings.schema),
    reconciliation: (question, signal) =>
      findReconciliation({ warehouse: opened, schema: settings.schema }, question, signal),
    quarantined: (question, signal) =>
      findQuarantined({ warehouse: opened, schema: settings.schema }, question, signal),
    columnLimits: (signal) =>
      findColumnLimits({ warehouse: opened, schema: settings.schema, pins: settings.pins }, signal),
    close: () => api.close(),
  };
}
