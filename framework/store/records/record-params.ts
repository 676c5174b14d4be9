/** What the next run of a record is given: the params of its newest run, and of the first one what its sensor's item says. */
export function recordParams(id: string): string {
  return `coalesce(
    (select n.params from dag_run n where n.record_id = ${id} order by n.id desc limit 1),
    (select i.params from sensor_item i where i.record_id = ${id}),
    '{}')`;
}
