import { shellWord } from '../../format/shell-word.ts';

/** What a backfill is asked for by. */
export interface BackfillWish {
  readonly dag: string;
  /** In UTC; nothing where it is not said yet. */
  readonly from: string;
  readonly to: string;
  readonly only: 'missing' | 'failed' | 'all';
  readonly maxActive: number;
  readonly reverse: boolean;
  readonly params: Readonly<Record<string, unknown>>;
}

const USUAL_ACTIVE = 4;

/** The command line that makes the same backfill. */
export function backfillCommand({ dag, from, to, only, maxActive, reverse, params }: BackfillWish): string {
  return [
    `windrow backfill create --dag ${dag || 'DAG'} --from ${from || 'FROM'} --to ${to || 'TO'}`,
    ...(only === 'missing' ? [] : [`--only ${only}`]),
    ...(maxActive === USUAL_ACTIVE ? [] : [`--max-active ${maxActive}`]),
    ...(reverse ? ['--reverse'] : []),
    ...Object.entries(params).map(([name, value]) => `--param ${shellWord(`${name}=${JSON.stringify(value)}`)}`),
  ].join(' ');
}
