import type { Dag } from '../dag.ts';
import type { Order } from '../schedule/schedule.ts';
import type { Sensor } from './sensor.ts';

/** The order of a pipeline's windows: of the schedule or the sensor that makes them; strict where only people do. */
export function orderOf({ id, schedule }: Dag, sensors: ReadonlyMap<string, Sensor>): Order {
  return schedule?.order ?? [...sensors.values()].find(({ dag }) => dag.id === id)?.order ?? 'strict';
}
