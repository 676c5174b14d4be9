import type { Problem } from '../../api/problem.ts';

/** What is wrong with a selection, and where. */
export interface SelectionMistake {
  readonly sentence: string;
  /** Counted in characters from 0; undefined where no place is named. */
  readonly at: number | undefined;
}

const SELECT = 'query.select';

/** The mistake in a selection, where it is why the assets could not be had. */
export function selectionMistake(problem: Problem | null): SelectionMistake | undefined {
  const place = problem?.places.find(({ path }) => path === SELECT);
  return place && { sentence: place.message, at: place.at };
}

/** One selection within another. */
export function narrowed(select: string, by: string): string {
  return select.trim() === '' ? by : `(${select}) and ${by}`;
}

/** Selects a group, whatever its name is; assets that are only named as what others are made from are in none. */
export function groupSelection(group: string): string {
  if (group === '') return 'not group:*';
  return /^[\w./-]+$/.test(group) ? `group:${group}` : `group:"${group}"`;
}
