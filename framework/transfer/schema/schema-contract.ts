import type { SchemaDrift } from '../../core/schema-drift.ts';
import type { ColumnType } from '../table-schema.ts';
import { driftOfChange } from './drift-of-change.ts';
import type { SchemaChange } from './schema-plan.ts';
import { askedSentence } from './schema-sentence.ts';

export const CHANGE_POLICIES = ['apply', 'pause', 'fail'] as const;
/** What a change of a table's schema does: it is applied, its window waits, or its window fails. */
export type ChangePolicy = (typeof CHANGE_POLICIES)[number];

/** What every table promises about its schema. */
export interface SchemaContracts {
  readonly default: ChangePolicy;
  /** By table, in lower case. */
  readonly tables: ReadonlyMap<string, ChangePolicy>;
}

export const APPLY_EVERYTHING: SchemaContracts = { default: 'apply', tables: new Map() };

/** What was noted before about a window that asked for changes. */
export interface EarlierDecisions {
  /** A pipeline that never loaded anything may make its tables. */
  readonly isFirstLoad: boolean;
  /** Changes that the window asked for: noted already, or accepted. */
  readonly noted: readonly NotedChange[];
}

export interface NotedChange {
  readonly table: string;
  readonly sentence: string;
  readonly isAccepted: boolean;
}

/** Table, sentence and decision as a target's drift log holds them. */
export function notedChange([table, sentence, decision]: readonly (string | null)[]): NotedChange {
  return { table: table ?? '', sentence: sentence ?? '', isAccepted: decision === 'accepted' };
}

/** The changes that contracts do not let through by themselves; most loads have none, and then nothing was asked. */
export function contractedChanges(
  changes: readonly SchemaChange[],
  contracts: SchemaContracts,
  typeText: (type: ColumnType) => string,
): readonly ContractedChange[] {
  return changes.flatMap((change) => {
    const policy = contracts.tables.get(change.table) ?? contracts.default;
    // What the settings ask for is decided already.
    if (policy === 'apply' || change.kind === 'keep_deletes') return [];
    const sentence = askedSentence(change, typeText);
    return [driftOfChange(change, { sentence, decision: DECISIONS[policy], typeText })];
  });
}

const DECISIONS = { pause: 'paused', fail: 'failed' } as const;

export interface ContractedChange extends SchemaDrift {
  readonly decision: 'paused' | 'failed';
}

/** What is left of them when accepted ones, and the tables of a pipeline's first load, may go on. */
export function heldChanges(
  contracted: readonly ContractedChange[],
  { isFirstLoad, noted }: EarlierDecisions,
): readonly ContractedChange[] {
  const accepted = new Set(noted.filter(({ isAccepted }) => isAccepted).map(nameOf));
  return contracted.filter(
    (change) => !accepted.has(nameOf(change)) && !(isFirstLoad && change.change === 'create_table'),
  );
}

/** The held changes that the target's drift log does not hold yet. */
export function unnoted(held: readonly ContractedChange[], { noted }: EarlierDecisions): readonly ContractedChange[] {
  const known = new Set(noted.map(nameOf));
  return held.filter((change) => !known.has(nameOf(change)));
}

function nameOf({ table, sentence }: Pick<NotedChange, 'table' | 'sentence'>): string {
  return `${table} ${sentence}`;
}
