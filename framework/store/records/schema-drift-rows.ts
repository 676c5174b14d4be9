/** Keeps each change of a JSON list, in its order; `done` has the id and the pipeline of the record that they are of, $2 is its run. */
export function keepDrift(changes: string): string {
  return `
drift_kept as (
  insert into schema_drift (pipeline_id, record_id, run_id, table_name, column_name, change, type_before, type_after, decision, sentence)
  select done.pipeline_id, done.id, $2, c.change ->> 'table', c.change ->> 'column', c.change ->> 'change', c.change ->> 'typeBefore',
    c.change ->> 'typeAfter', c.change ->> 'decision', c.change ->> 'sentence'
  from done
  cross join jsonb_array_elements(${changes}) with ordinality as c (change, place)
  order by c.place
)`;
}
