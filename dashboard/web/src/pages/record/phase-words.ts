const WORDS: Readonly<Record<string, string>> = {
  SOURCE_TO_STAGE: 'Source to stage',
  STAGE_TO_TARGET: 'Stage to target',
  AUDIT: 'Audit',
};

/** A phase as a heading. */
export function phaseWords(phase: string): string {
  return WORDS[phase] ?? phase;
}
