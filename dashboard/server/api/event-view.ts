import type { EventView } from '#framework/operate';

/** An event of a record as its history shows it: a thousand changes of the schema are counted here, and listed as drift. */
export function eventView(event: EventView): EventView {
  const { changes } = event.details;
  if (event.kind !== 'schema_drift' || !Array.isArray(changes)) return event;
  return { ...event, details: { changes: changes.length } };
}
