/** Tags of the rule: who holds it disabled, and for which record. They outlive every process. */
export type RuleTags = ReadonlyMap<string, string>;
export type RuleState = 'ENABLED' | 'DISABLED';

const PREFIX = 'windrow:held-by:';

export function holdOf(pipelineId: string): string {
  return PREFIX + pipelineId;
}

/** A rule that somebody else has disabled stays theirs: it gets no tag, so that nobody enables it by surprise. */
export function mayHold(state: RuleState, tags: RuleTags): boolean {
  return state === 'ENABLED' || holders(tags).length > 0;
}

/** What a pipeline that works again does to the rule. */
export type Release = 'not_held' | 'still_held_by_others' | 'enable';

export function decideRelease(tags: RuleTags, pipelineId: string): Release {
  const held = holders(tags);
  if (!held.includes(holdOf(pipelineId))) return 'not_held';
  return held.length > 1 ? 'still_held_by_others' : 'enable';
}

function holders(tags: RuleTags): readonly string[] {
  return [...tags.keys()].filter((key) => key.startsWith(PREFIX));
}
