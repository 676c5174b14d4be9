/** The order of a pipeline's windows, as `orderOf` has it, where `d` is its dag. */
export const WINDOW_ORDER = `coalesce(d.schedule ->> 'order',
    (select s.item_order from sensor s where s.dag_id = d.id and s.removed_at is null limit 1), 'strict')`;
