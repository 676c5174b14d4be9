import { type Statement, lines } from './text.ts';

/** `stl_load_errors` holds the value too, but only on provisioned clusters. */
export type LoadErrorTable = 'stl_load_errors' | 'sys_load_error_detail';

/** File, line, column, type, value, reason of the first error of a COPY. */
export function findLoadError(table: LoadErrorTable, queryId: number): Statement {
  const columns =
    table === 'stl_load_errors'
      ? 'trim(filename), cast(line_number as varchar), trim(colname), trim(type), trim(raw_field_value), trim(err_reason)'
      : 'trim(file_name), cast(line_number as varchar), trim(column_name), trim(column_type), cast(null as varchar), trim(error_message)';
  const [query, time] = table === 'stl_load_errors' ? ['query', 'starttime'] : ['query_id', 'start_time'];
  return {
    name: 'look up the load error',
    sql: lines(`select ${columns}`, `from ${table}`, `where ${query} = ${queryId}`, `order by ${time}`, 'limit 1'),
  };
}

export function loadErrorSentence(row: readonly (string | null)[]): string {
  const [file, line, column, type, value, reason] = row;
  const shown = value === null || value === undefined ? '' : `, value ${JSON.stringify(value)}`;
  return `File ${file ?? 'unknown'}, line ${line ?? '?'}, column ${column ?? '?'} (${type ?? '?'})${shown}: ${reason ?? 'no reason given'}.`;
}
