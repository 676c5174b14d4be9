import { type Millis, hours, minutes } from '#framework';

/** The three kinds of Direct Data files. */
export const EXTRACT_KINDS = ['incremental', 'full', 'log'] as const;
export type ExtractKind = (typeof EXTRACT_KINDS)[number];

interface KindFacts {
  /** The value of `extract_type` in requests and answers. */
  readonly extractType: string;
  /** The last letter of a file's name. */
  readonly letter: string;
  /** How long Vault lists a file after its stop time. */
  readonly retention: Millis;
  /** How long after its stop time a file usually appears. */
  readonly lag: Millis;
}

export const KIND_FACTS: Readonly<Record<ExtractKind, KindFacts>> = {
  incremental: { extractType: 'incremental_directdata', letter: 'N', retention: hours(240), lag: minutes(15) },
  full: { extractType: 'full_directdata', letter: 'F', retention: hours(48), lag: minutes(60) },
  log: { extractType: 'log_directdata', letter: 'L', retention: hours(48), lag: minutes(60) },
};

export function kindOfExtractType(extractType: string): ExtractKind | undefined {
  return EXTRACT_KINDS.find((kind) => KIND_FACTS[kind].extractType === extractType.toLowerCase());
}

export function kindOfLetter(letter: string): ExtractKind | undefined {
  return EXTRACT_KINDS.find((kind) => KIND_FACTS[kind].letter === letter.toUpperCase());
}
