import type { ObjectStore } from '#framework';

import type { RedshiftSettings } from '../config.ts';
import type { Warehouse } from '../warehouse.ts';

/** One question and what came of it. */
export type Finding =
  | { readonly check: string; readonly outcome: 'ok' | 'not_asked'; readonly found: string }
  | { readonly check: string; readonly outcome: 'problem'; readonly found: string; readonly remedy: string };

export interface CheckQuestion {
  readonly settings: RedshiftSettings;
  readonly warehouse: Warehouse;
  /** Where COPY reads. */
  readonly stage: { readonly store: ObjectStore; readonly bucket: string; readonly region: string };
  /** Part of every probe's name, never the same twice. */
  readonly token: string;
  readonly signal: AbortSignal;
}

/** A question after the sign-in. */
export interface Step extends CheckQuestion {
  readonly user: string;
}
