import type { SensorJson } from '../../../../server/api/shapes/sensor.ts';
import type { Tone } from '../../format/tone.ts';

interface SensorState {
  readonly state: 'removed' | 'paused' | 'held' | 'failing' | 'active';
  readonly words: string;
  readonly tone: Tone;
}

/** How a sensor stands, the graver thing first. */
export function sensorState({
  removedAt,
  paused,
  heldBy,
  failures,
}: Pick<SensorJson, 'removedAt' | 'paused' | 'heldBy' | 'failures'>): SensorState {
  if (removedAt !== null) return { state: 'removed', words: 'removed from the code', tone: 'off' };
  if (paused) return { state: 'paused', words: 'paused', tone: 'waiting' };
  if (heldBy !== null) return { state: 'held', words: 'held back', tone: 'bad' };
  if (failures === 0) return { state: 'active', words: 'active', tone: 'good' };
  return { state: 'failing', words: failures === 1 ? 'last poll failed' : `${failures} polls failed`, tone: 'bad' };
}
