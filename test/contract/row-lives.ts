import { type DeletePolicy, POLICY_COLUMNS } from '#framework';

import type { TargetGround } from './target-ground.ts';

/** The two value columns of a row. */
export type Content = readonly [string | null, string | null];

/** What a row was like from the end of one window until that of another. */
export interface Version {
  readonly from: number;
  readonly to: number | undefined;
  readonly content: Content;
}

/** The versions of one key, in order. */
export type Life = readonly Version[];

/** The life of a row after the end of window `at` showed it like this; undefined: absent. */
export function applied(life: Life, at: number, shown: Content | 'none' | undefined): Life {
  if (shown === 'none') return life;
  const last = life.at(-1);
  const isLive = last !== undefined && last.to === undefined;
  if (isLive && shown?.every((value, index) => value === last.content[index])) return life;
  const closed = isLive ? [...life.slice(0, -1), { ...last, to: at }] : life;
  return shown === undefined ? closed : [...closed, { from: at, to: undefined, content: shown }];
}

export interface Lives {
  readonly keys: readonly (readonly (string | null)[])[];
  readonly lives: readonly Life[];
  readonly policy: DeletePolicy;
  readonly isWide: boolean;
}

/** The rows that a table must hold, as text. */
export function expectedRows({ keys, lives, policy, isWide }: Lives): readonly string[] {
  return lives
    .flatMap((life, at) =>
      ROWS[policy](life).map(({ version: { content }, own }) =>
        [...(keys[at] ?? []), ...(isWide ? content : content.slice(0, 1)), ...own]
          .map((value) => value ?? 'NULL')
          .join('|'),
      ),
    )
    .toSorted();
}

export interface ShownTable {
  readonly table: string;
  readonly values: readonly string[];
  readonly policy: DeletePolicy;
}

/** All rows of a table with the times that its policy keeps, as text. */
export async function shownRows(
  ground: Pick<TargetGround, 'query'>,
  { table, values, policy }: ShownTable,
): Promise<readonly string[]> {
  const times = POLICY_COLUMNS[policy].map((name) => `cast("${name}" as varchar)`);
  const rows = await ground.query(`select ${[...values, ...times].join(', ')} from vault.${table}`);
  const shown = rows.map((row) =>
    row.map((value, index) => (index < values.length ? value : (value?.slice(11, 16) ?? null)) ?? 'NULL').join('|'),
  );
  return shown.toSorted();
}

interface Shown {
  readonly version: Version;
  readonly own: readonly (string | null)[];
}

const ROWS: Readonly<Record<DeletePolicy, (life: Life) => readonly Shown[]>> = {
  hard: (life) => life.filter(({ to }) => to === undefined).map((version) => ({ version, own: [] })),
  soft: (life) => life.slice(-1).map((version) => ({ version, own: [timeOf(version.to)] })),
  history: (life) => life.map((version) => ({ version, own: [timeOf(version.from), timeOf(version.to)] })),
};

/** Windows are numbered quarter hours from 13:00 on. */
function timeOf(number: number | undefined): string | null {
  if (number === undefined) return null;
  const minutes = 13 * 60 + 15 * number;
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
