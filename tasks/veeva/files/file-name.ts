import { Temporal } from '#framework';

import { type ExtractKind, kindOfLetter } from './extract-kind.ts';

/** What the name of a Direct Data file says: `143462-20260120-1345-N`. */
export interface FileName {
  readonly vaultId: number;
  readonly stop: Temporal.Instant;
  readonly kind: ExtractKind;
}

const NAME = /^(\d+)-(\d{4})(\d{2})(\d{2})-(\d{2})(\d{2})-([A-Za-z])$/;

/** Reads a name; undefined where it has another form. Date and time are the stop time in UTC. */
export function parseFileName(name: string): FileName | undefined {
  const [, vault = '', year = '', month = '', day = '', hour = '', minute = '', letter = ''] = NAME.exec(name) ?? [];
  const kind = kindOfLetter(letter);
  if (kind === undefined) return undefined;
  try {
    const stop = Temporal.Instant.from(`${year}-${month}-${day}T${hour}:${minute}Z`);
    return { vaultId: Number(vault), stop, kind };
  } catch {
    return undefined;
  }
}
