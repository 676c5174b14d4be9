/** The stretches of work on a record, in their only order. A re-run resumes behind the last completed one. */
export const PHASES = ['SOURCE_TO_STAGE', 'STAGE_TO_TARGET', 'AUDIT'] as const;
export type Phase = (typeof PHASES)[number];

/** Reads `STAGE_TO_TARGET` or `stage_to_target`; undefined where it is no phase. */
export function findPhase(text: string): Phase | undefined {
  return PHASES.find((phase) => phase === text.toUpperCase());
}

/** The phase to do next, or undefined when all are done. */
export function nextPhase(completed: Phase | undefined): Phase | undefined {
  return PHASES[completed === undefined ? 0 : PHASES.indexOf(completed) + 1];
}

export function previousPhase(phase: Phase): Phase | undefined {
  return PHASES[PHASES.indexOf(phase) - 1];
}

/** Whether the record has `phase` behind it, given what it completed last. */
export function isCompleted(record: { readonly phaseCompleted?: Phase | undefined }, phase: Phase): boolean {
  return record.phaseCompleted !== undefined && PHASES.indexOf(phase) <= PHASES.indexOf(record.phaseCompleted);
}
