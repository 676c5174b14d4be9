/**
 * Holds for a run `r` of a strict sensor while the item before its own has not succeeded and was not given up. Each item
 * waits for the one before it only, which waited for the one before that.
 */
export const WAITS_FOR_EARLIER_ITEM = `
  exists (
    select 1
    from sensor_item i
    join sensor s on s.id = i.sensor_id and s.item_order = 'strict'
    join lateral (
      select e.run_id
      from sensor_item e
      where e.sensor_id = i.sensor_id and e.position < i.position and e.skipped_reason is null
      order by e.position desc
      limit 1
    ) earlier on true
    join dag_run before on before.id = earlier.run_id and before.state <> 'success'
    where i.run_id = r.id)`;
