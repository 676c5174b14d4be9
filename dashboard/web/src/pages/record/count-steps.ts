/** What one place counted, and how it differs from the place before. */
export interface CountStep {
  readonly place: 'Source' | 'Stage' | 'Target';
  readonly count: number | null;
  /** Against the count before; null where one of them is not known. */
  readonly difference: number | null;
}

interface Counted {
  readonly sourceCount: number | null;
  readonly stageCount: number | null;
  readonly targetCount: number | null;
}

/** Source, stage and target beside each other, each against the one before it. */
export function countSteps({ sourceCount, stageCount, targetCount }: Counted): readonly CountStep[] {
  return [
    { place: 'Source', count: sourceCount, difference: null },
    { place: 'Stage', count: stageCount, difference: less(stageCount, sourceCount) },
    { place: 'Target', count: targetCount, difference: less(targetCount, stageCount) },
  ];
}

function less(count: number | null, before: number | null): number | null {
  return count === null || before === null ? null : count - before;
}

/** `equal`, `+3`, `−1,204` */
export function differenceText(difference: number): string {
  if (difference === 0) return 'equal';
  return `${difference > 0 ? '+' : '−'}${Math.abs(difference).toLocaleString('en')}`;
}
