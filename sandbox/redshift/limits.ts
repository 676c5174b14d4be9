/** The quotas that the stand-in keeps; each can be set lower to see what a loader does. */
export interface Limits {
  readonly statementBytes: number;
  readonly batchStatements: number;
  readonly activeStatements: number;
  readonly sessions: number;
  readonly resultRowBytes: number;
  readonly resultBytes: number;
  /** Rows of one page of GetStatementResult. */
  readonly pageRows: number;
  /** PostgreSQL connections for calls without a session; further statements wait as SUBMITTED. */
  readonly connections: number;
  /** COPY reads a Parquet file of at most so many bytes in memory, a larger one with DuckDB. */
  readonly smallParquetBytes: number;
  /** Ended statements that are kept to be described. */
  readonly keptStatements: number;
}

export const USUAL_LIMITS: Limits = {
  statementBytes: 100 * 1024,
  batchStatements: 40,
  activeStatements: 500,
  sessions: 500,
  resultRowBytes: 64 * 1024,
  resultBytes: 500 * 1024 * 1024,
  pageRows: 1000,
  connections: 12,
  smallParquetBytes: 1024 * 1024,
  keptStatements: 10_000,
};
