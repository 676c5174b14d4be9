import { z } from 'zod';

import { DataFailure, DefinitionFailure } from '../core/failures.ts';
import type { Json } from '../core/json.ts';
import type { Wire } from './dag-builder.ts';

/** What a mapped task gets one element of for each of its instances. */
export interface Mapping {
  /** The name of the input. */
  readonly input: string;
  /** A wire, or a list. */
  readonly over: unknown;
}

/** One input with a list of its values. */
export type MapGiven<Input, Key extends keyof Input> = {
  readonly [K in Key]: Wire<readonly Exclude<Input[K], undefined>[]> | readonly Exclude<Input[K], undefined>[];
} & OnlyOne<Key>;

type OnlyOne<Key, Each = Key> = Each extends unknown
  ? [Key] extends [Each]
    ? unknown
    : 'Map exactly one input; hand the others to d.use as wires'
  : never;

/** The most instances of one mapped task. */
const MOST_INSTANCES = 10_000;

/** @throws DefinitionFailure `E_MAP_UNUSABLE` unless exactly one input is given */
export function mapping(task: string, given: object): Mapping {
  const [first, ...others] = Object.entries(given);
  if (first !== undefined && others.length === 0) return { input: first[0], over: first[1] };
  throw new DefinitionFailure(
    'E_MAP_UNUSABLE',
    `Task "${task}" is mapped over ${others.length + (first === undefined ? 0 : 1)} inputs. Expected exactly one, such as ` +
      `${task}.map({ file: files }); hand the other inputs to d.use as wires.`,
  );
}

/**
 * The list that a task is mapped over.
 * @throws DataFailure `E_MAP_NOT_A_LIST`, `E_MAP_TOO_LONG`
 */
export function mappedList(task: string, input: string, value: Json | undefined): readonly Json[] {
  const list = JsonList.safeParse(value);
  if (!list.success) {
    throw new DataFailure(
      'E_MAP_NOT_A_LIST',
      `Task "${task}" is mapped over its input "${input}", which must be a list, but found ${described(value)}. ` +
        'Let the task before it return a list.',
    );
  }
  if (list.data.length <= MOST_INSTANCES) return list.data;
  throw new DataFailure(
    'E_MAP_TOO_LONG',
    `Task "${task}" is mapped over its input "${input}" with ${list.data.length} elements; at most ${MOST_INSTANCES} are run. ` +
      'Let the task before it put several into one element.',
  );
}

const JsonList = z.array(z.custom<Json>());

function described(value: Json | undefined): string {
  if (value === undefined) return 'no value, because the task before it did not succeed';
  if (value === null) return 'null';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
