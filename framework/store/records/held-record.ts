/** Only for the run that holds the record, and for no try of it that is older than the last one that wrote. */
export const HELD = `where id = $1 and dag_run_id = $2 and fence <= $3 and pipeline_status = 'IN_PROGRESS'`;

export const TOUCH = `fence = $3, record_last_updated_time = now()`;
