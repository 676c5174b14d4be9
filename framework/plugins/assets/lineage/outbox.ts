import { type HookTools, type Json, Temporal } from '#framework';
import { z } from 'zod';

import type { RunEvent } from './run-event.ts';
import type { LineageTransport } from './transport.ts';

/** So many events may wait; then the oldest are given up, so that a collector that is gone for ever fills no disk. */
const MOST_WAITING = 20_000;
const AT_ONCE = 50;
const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 300_000;

/** Keeps events until they have arrived. Those of one event of the engine are kept once, however often it is heard. */
export async function keepLineage(
  { database }: Pick<HookTools, 'database'>,
  id: number,
  events: readonly RunEvent[],
): Promise<void> {
  if (events.length > 0) await database.run(KEEP, [id, JSON.stringify(events)]);
}

/** Sends what is due, in order. The first that does not arrive holds back the others, later and later. */
export async function sendLineage(tools: HookTools, transport: LineageTransport): Promise<void> {
  const { database, log, clock, signal } = tools;
  const dropped = await database.run(DROP, [MOST_WAITING]);
  if (dropped.length > 0) log.error('Lineage is given up: too many events wait', { events: dropped.length });
  const waiting = (await database.run(DUE, [AT_ONCE])).map((row) => Waiting.parse(row));
  for (const { id, part, event, tries, due_at: dueAt } of waiting) {
    if (signal.aborted || (dueAt !== null && Temporal.Instant.compare(dueAt, clock.now()) > 0)) return;
    try {
      const delivery = await transport.send(event, signal);
      if (delivery.kind === 'refused') log.error('Lineage is refused, and left out', { reason: delivery.reason });
    } catch (error) {
      if (signal.aborted) return;
      const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries);
      await database.run(LATER, [id, part, clock.now().add({ milliseconds: pause }).toString()]);
      log.warn('Lineage is not sent, and tried again', { error: String(error), again_in_ms: pause });
      return;
    }
    await database.run(SENT, [id, part]);
  }
}

const Waiting = z.object({
  id: z.coerce.number(),
  part: z.number(),
  event: z.json().transform((event): Json => event),
  tries: z.number(),
  due_at: z.instanceof(Temporal.Instant).nullable(),
});

const KEEP = `
insert into lineage_outbox (id, part, event)
select $1, part - 1, event from jsonb_array_elements($2::jsonb) with ordinality as n (event, part)
on conflict do nothing`;

const DUE = 'select id, part, event, tries, due_at from lineage_outbox order by id, part limit $1';

const SENT = 'delete from lineage_outbox where id = $1 and part = $2';

const LATER = 'update lineage_outbox set tries = tries + 1, due_at = $3 where id = $1 and part = $2';

const DROP = `
delete from lineage_outbox
where (id, part) in (select id, part from lineage_outbox order by id desc, part desc offset $1)
returning id`;
