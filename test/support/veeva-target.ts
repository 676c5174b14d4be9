import { join } from 'node:path';

import { type DeletePolicy, defineProject } from '#framework';
import type { Project, Windrow } from '#framework/operate';
import { type RedshiftReader, redshiftConnection } from '#tasks/redshift';

import { veevaDuckDbFull, veevaDuckDbIncremental } from '../../dags/veeva-duckdb.ts';
import { quote, readableText } from '../../tasks/redshift/sql/text.ts';
import { SHOWN, listColumns, listTables, queryFile } from '../contract/target-ground.ts';
import { hurried, hurriedProject } from './hurried-project.ts';

type Rows = readonly (readonly (string | null)[])[];
type Ask = (sql: string) => Promise<Rows>;

/** A target that pipelines over the stand-ins load into; its tables are in the schema `vault`. */
export interface VeevaTarget {
  readonly product: string;
  readonly project: Project;
  readonly full: string;
  readonly incremental: string;
  readonly loadsLogs: boolean;
  readonly environment: (directory: string, deletes: DeletePolicy) => Readonly<Record<string, string>>;
  /** Asks the target past its connector. */
  readonly ask: (windrow: Windrow, directory: string) => Ask;
  /** Reads the rows that meet a condition. */
  readonly reader: (windrow: Windrow, directory: string, rows: string) => Promise<RedshiftReader>;
}

export const REDSHIFT: VeevaTarget = {
  product: 'Redshift',
  project: hurriedProject,
  full: 'veeva_full',
  incremental: 'veeva_incremental',
  loadsLogs: true,
  environment: (_directory, deletes) => ({ REDSHIFT_DELETES: deletes }),
  ask: (windrow) => askRedshift(windrow),
  reader: async (windrow, _directory, condition) => {
    const { reader } = await windrow.connections.get(redshiftConnection);
    const ask = askRedshift(windrow);
    return {
      ...reader,
      async *readTable(table, columns) {
        const values = columns.map(({ name, type }) => readableText(quote(name), type));
        const rows = await ask(`select ${values.join(', ')} from vault.${quote(table)} where ${condition}`);
        yield rows.map((row) =>
          row.map((value, index) => (columns[index]?.type.kind === 'decimal' ? plainDecimal(value) : value)),
        );
      },
    };
  },
};

const DUCKDB: VeevaTarget = {
  product: 'DuckDB',
  project: defineProject({ dags: [veevaDuckDbFull, veevaDuckDbIncremental].map(hurried) }),
  full: veevaDuckDbFull.id,
  incremental: veevaDuckDbIncremental.id,
  loadsLogs: false,
  environment: (directory, deletes) => ({ DUCKDB_FILE: fileIn(directory), DUCKDB_DELETES: deletes }),
  ask: (_windrow, directory) => (sql) => queryFile(fileIn(directory), sql),
  reader: async (_windrow, directory, rows) => duckDbReader(fileIn(directory), rows),
};

/** Each target that Direct Data can be loaded into. */
export const VEEVA_TARGETS: readonly VeevaTarget[] = [REDSHIFT, DUCKDB];

/** The rows of the tables of a database file that meet a condition. */
export function duckDbReader(file: string, condition: string): RedshiftReader {
  return {
    listTables: () => listTables(file),
    listColumns: (table) => listColumns(file, table),
    async *readTable(table, columns) {
      const values = columns.map(({ name, type }) => SHOWN[type.kind](`"${name}"`));
      yield await queryFile(file, `select ${values.join(', ')} from "${table}" where ${condition}`);
    },
  };
}

function askRedshift(windrow: Windrow): Ask {
  return async (sql) => {
    const { warehouse } = await windrow.connections.get(redshiftConnection);
    return warehouse.rows({ name: 'ask for a test', sql });
  };
}

function plainDecimal(text: string | null): string | null {
  return text?.includes('.') === true ? text.replace(/\.?0+$/, '') : text;
}

function fileIn(directory: string): string {
  return join(directory, 'vault.duckdb');
}
