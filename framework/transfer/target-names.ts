/** System columns of every target table. */
export const WINDOW_END = '_windrow_window_end';
export const RECORD_ID = '_windrow_record_id';

/** Columns of tables that keep deleted rows, and of those that keep every version. */
export const DELETED_AT = '_deleted_at';
export const VALID_FROM = '_valid_from';
export const VALID_TO = '_valid_to';

/** System tables, and the prefix of every table that is Windrow's own. */
export const OWN_PREFIX = 'windrow_';
export const LOAD_LOG = 'windrow_load_log';
export const TOMBSTONE = 'windrow_tombstone';
export const TABLE_BASE = 'windrow_table_base';
export const SCHEMA_DRIFT = 'windrow_schema_drift';
export const RECONCILIATION = 'windrow_reconciliation';
export const QUARANTINE = 'windrow_quarantine';
export const SYSTEM_TABLES = [LOAD_LOG, TOMBSTONE, TABLE_BASE, SCHEMA_DRIFT, RECONCILIATION, QUARANTINE] as const;

/** The tombstone table holds this many key columns. */
export const MOST_KEY_COLUMNS = 3;
