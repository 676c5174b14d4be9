import { type Cron, requireCron } from '../cron/cron.ts';

/** When partitions of an asset are asked for without a person; only those that close after it was attached. */
export type Automation =
  /** Each window, once it has closed. */
  | { readonly kind: 'on_window_close' }
  /** Each partition whose parents were made after it, once all of theirs are there and none is overdue. */
  | { readonly kind: 'on_parents_fresh' }
  /** Each partition that is missing, once all of its parents are there. */
  | { readonly kind: 'on_missing' }
  /** The newest partition at each moment of the clock, once all of its parents were made since. */
  | ({ readonly kind: 'on_cron' } & Cron);

/** Each window is made once it has closed, whatever its parents have. */
export function onWindowClose(): Automation {
  return { kind: 'on_window_close' };
}

/** A partition is made when all of its parents are there and fresh, and again when one of them was made anew, also meanwhile. */
export function onParentsFresh(): Automation {
  return { kind: 'on_parents_fresh' };
}

/** A partition that is missing is made once all of its parents are there. */
export function onMissing(): Automation {
  return { kind: 'on_missing' };
}

/**
 * The newest partition is made at each moment of the clock, once all parents were made since: `onCron('0 7 * * *', { zone: 'Europe/Berlin' })`.
 * @throws DefinitionFailure `E_CRON_UNREADABLE`
 */
export function onCron(cron: string, { zone = 'UTC' }: { readonly zone?: string } = {}): Automation {
  requireCron({ cron, zone });
  return { kind: 'on_cron', cron, zone };
}

/** An automation as a person would say it; also one that a newer version has kept. */
export function automationText({ kind, cron, zone }: KeptAutomation): string {
  const text = SAID[kind] ?? kind;
  return cron === undefined ? text : `${text} ${cron} in ${zone ?? 'UTC'}`;
}

/** What is kept of one. */
export interface KeptAutomation {
  readonly kind: string;
  readonly cron?: string;
  readonly zone?: string;
}

const SAID: Readonly<Record<string, string>> = {
  on_window_close: 'when a window has closed',
  on_parents_fresh: 'when its parents were made anew',
  on_missing: 'when it is missing and its parents are there',
  on_cron: 'by the clock',
} satisfies Record<Automation['kind'], string>;
