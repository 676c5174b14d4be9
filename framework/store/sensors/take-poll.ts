import { z } from 'zod';

import type { SensorId } from '../../core/ids.ts';
import type { Json } from '../../core/json.ts';
import type { Temporal } from '../../core/time.ts';
import { MAX_SENSOR_ITEMS } from '../../dag/sensor/sensor.ts';
import type { Executor } from '../database.ts';

/** A poll that this process may do now. */
export interface TakenPoll {
  readonly cursor: Json | undefined;
  readonly cursorVersion: number;
  /** Polls in a row that failed before this one. */
  readonly failures: number;
}

export interface PollRequest {
  readonly id: SensorId;
  readonly now: Temporal.Instant;
  /** How long no other process may poll; ends with the poll. */
  readonly leaseMs: number;
}

/**
 * Takes the poll of a sensor if it is due, neither it nor its dag is paused, nobody polls it, and fewer than 1,000 of its
 * dag's items wait: a backlog stays with the source, where it costs nothing.
 */
export async function takePoll(executor: Executor, request: PollRequest): Promise<TakenPoll | undefined> {
  const [row] = await executor.run(TAKE, [request.id, request.now.toString(), request.leaseMs, MAX_SENSOR_ITEMS]);
  if (row === undefined) return undefined;
  const { cursor, ...taken } = Taken.parse(row);
  return { ...taken, cursor: cursor ?? undefined };
}

// A clock that was set back must not stop the polls until it has caught up; a minute is more than two machines differ.
const TAKE = {
  name: 'take_poll',
  text: `
update sensor s
set lease_until = now() + $3::bigint * interval '1 millisecond'
from dag d
where s.id = $1 and d.id = s.dag_id and not s.paused and not d.paused
  and (s.lease_until is null or s.lease_until < now())
  and (s.next_poll_at is null or s.next_poll_at <= $2::timestamptz or s.last_poll_at > $2::timestamptz + interval '1 minute')
  and (select count(*) from dag_run r where r.dag_id = s.dag_id and r.state = 'queued' and r.kind = 'sensor') < $4::integer
  and (select count(*) from pipeline_records p where p.pipeline_id = s.dag_id and p.pipeline_status = 'PENDING') < $4::integer
returning s.cursor, s.cursor_version as "cursorVersion", s.failures`,
};

const Taken = z.object({ cursor: z.json(), cursorVersion: z.number(), failures: z.number() });
