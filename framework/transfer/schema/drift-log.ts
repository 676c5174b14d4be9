/** A row of a target's drift log, its times as the target writes them. */
export interface LoggedDrift {
  readonly changedAt: string;
  readonly table: string;
  readonly sentence: string;
  /** `applied`, or `paused` or `failed` while it waits for somebody, then `accepted`. */
  readonly decision: string;
  readonly pipelineId: string;
  readonly recordId: number;
  readonly windowEnd: string;
}

/** Which rows: `waiting` ones are kept back and not accepted, of every table where none is named. */
export type DriftFilter =
  | { readonly kind: 'everything' }
  | { readonly kind: 'waiting'; readonly tables?: readonly string[] };

/** What a target keeps about changes of its schema, as people ask for it. */
export interface DriftLog {
  /** Newest first. */
  readonly list: (filter: DriftFilter, signal: AbortSignal) => Promise<readonly LoggedDrift[]>;
  /** Lets waiting changes go on, those of every table where none is named, and gives them. */
  readonly accept: (tables: readonly string[] | undefined, signal: AbortSignal) => Promise<readonly LoggedDrift[]>;
}

/** A row as targets list it, in the order of the fields of `LoggedDrift`. */
export function loggedDrift(row: readonly (string | null)[]): LoggedDrift {
  const [changedAt, table, sentence, decision, pipelineId, recordId, windowEnd] = row.map((value) => value ?? '');
  return {
    changedAt: changedAt ?? '',
    table: table ?? '',
    sentence: sentence ?? '',
    decision: decision ?? '',
    pipelineId: pipelineId ?? '',
    recordId: Number(recordId),
    windowEnd: windowEnd ?? '',
  };
}
