import type { DeclaredConnection, NoInput, TaskContext } from '#framework';

import type { AssetKey } from './key.ts';
import type { GivenMetadata } from './metadata.ts';

/** How much a failed check matters. */
export type Severity = 'warn' | 'error';

/** Looks at what was made, as a task of its own behind it. */
export interface AssetCheck {
  /** Unique in its asset: lower-case letters, digits and `_`. */
  readonly name: string;
  readonly description?: string;
  /** Of a failed one with severity `error`, what is downstream in the run does not start, and the run fails. */
  readonly blocking: boolean;
  /** Of a failure that names none. */
  readonly severity: Severity;
  /** Connections that it opens, so that their settings can be checked beforehand. */
  readonly connections?: readonly DeclaredConnection[];
  readonly run: (context: CheckContext) => CheckResult | Promise<CheckResult>;
}

export interface CheckContext extends TaskContext<NoInput> {
  readonly asset: AssetKey;
  /** The key of the partition that was made; null of an asset that is one whole. */
  readonly partition: string | null;
  /**
   * Numbers that were kept under a name with earlier materializations of the asset, or with earlier results of this check; newest first.
   * Of what is cut by windows: one of each other window.
   */
  readonly earlier: (question: EarlierNumbers) => Promise<readonly number[]>;
}

export interface EarlierNumbers {
  readonly of: 'materializations' | 'results';
  /** The name of the metadata. */
  readonly name: string;
  readonly atMost: number;
}

export interface CheckResult {
  readonly passed: boolean;
  /** How much a failure matters; default: what the check says. */
  readonly severity?: Severity;
  /** A sentence for people, with the numbers. */
  readonly description?: string;
  readonly metadata?: GivenMetadata;
}

export interface CheckOptions extends Omit<AssetCheck, 'name' | 'blocking' | 'severity' | 'run'> {
  /** Default false. */
  readonly blocking?: boolean;
  /** Default `error`. */
  readonly severity?: Severity;
}

/** A check of one's own: `check('has_rows', { blocking: true }, async ({ partition }) => ({ passed: true }))`. */
export function check(name: string, options: CheckOptions, run: AssetCheck['run']): AssetCheck {
  const { blocking = false, severity = 'error', ...more } = options;
  return { name, blocking, severity, run, ...more };
}
