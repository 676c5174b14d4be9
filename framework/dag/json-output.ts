import type { Chosen, Deferred, Skipped, Stopped } from './task-outcome.ts';

/** What downstream tasks see of what a task function returns: outcomes removed, a choice as its ids, no value read as `null`. */
export type OutputOf<Result> = NoValueAsNull<ChoiceAsIds<Exclude<Awaited<Result>, Skipped | Deferred | Stopped>>>;

type ChoiceAsIds<T> = T extends Chosen ? readonly string[] : T;

type NoValueAsNull<T> = T extends undefined ? null : [T] extends [void] ? null : T;

/**
 * `unknown` where `T` survives JSON unchanged, otherwise a sentence as a type, which the compiler prints.
 * Interfaces count by their members, which a plain `T extends Json` would refuse.
 */
export type MustBeJson<T> = [T] extends [JsonShape<T>]
  ? unknown
  : 'The output of a task must be JSON: no Date, Map, bigint, function or class';

type JsonShape<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends bigint | symbol | ((...args: never[]) => unknown)
    ? never
    : T extends object
      ? { [K in keyof T]: JsonShape<T[K]> }
      : never;
