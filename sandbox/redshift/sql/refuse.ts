import { isSymbol, isWord, syntaxErrorAt } from './cursor.ts';
import { RedshiftError } from './redshift-error.ts';
import type { Token } from './tokenize.ts';

/** Words and marks that PostgreSQL understands and Redshift does not; the error points at the first of them. */
const REFUSED_SEQUENCES: readonly (readonly string[])[] = [
  ['returning'],
  ['on', 'conflict'],
  ['array', '['],
  ['[', ']'],
  ['distinct', 'on', '('],
  ['lateral'],
  [')', 'filter', '('],
  ['fetch', 'first'],
  ['fetch', 'next'],
  ['is', 'distinct', 'from'],
  ['is', 'not', 'distinct', 'from'],
  ['for', 'update'],
  ['for', 'share'],
  ['for', 'no', 'key'],
  ['from', '(', 'values'],
  ['join', '(', 'values'],
  ['overriding'],
];

const REFUSED_FUNCTIONS = new Set(
  `string_agg array_agg unnest regexp_matches regexp_split_to_table format nextval currval setval lastval gen_random_uuid
   uuid_generate_v4 to_json to_jsonb row_to_json json_agg jsonb_agg json_build_object jsonb_build_object json_object_agg
   json_to_recordset jsonb_to_recordset jsonb_array_elements json_array_elements jsonb_each array_length array_position
   array_append string_to_array num_nonnulls make_date make_timestamp date_bin`.split(/\s+/),
);

const LEADER_ONLY_FUNCTIONS = new Set(['generate_series']);

/** @throws RedshiftError for what PostgreSQL would accept and Redshift refuses, wherever it stands in a statement */
export function refuseForeignSyntax(tokens: readonly Token[]): void {
  tokens.forEach((token, index) => {
    if (isSymbol(tokens[index - 1], '.')) return;
    refuseSequence(tokens, index);
    refuseFunction(token, tokens[index + 1]);
    refuseArrayComparison(tokens, index);
    refuseDataChangeInQuery(tokens, index);
  });
}

const REFUSED_BY_FIRST = Map.groupBy(REFUSED_SEQUENCES, ([first = '']) => first);

function refuseSequence(tokens: readonly Token[], index: number): void {
  for (const sequence of REFUSED_BY_FIRST.get(tokens[index]?.value ?? '') ?? []) {
    if (sequence.every((part, ahead) => is(tokens[index + ahead], part))) throw syntaxErrorAt(tokens[index]);
  }
}

function is(token: Token | undefined, part: string): boolean {
  return isWord(token, part) || isSymbol(token, part);
}

function refuseFunction(token: Token, next: Token | undefined): void {
  if (token.kind !== 'word' || !isSymbol(next, '(')) return;
  if (LEADER_ONLY_FUNCTIONS.has(token.value)) {
    throw new RedshiftError('Specified types or functions (one per INFO message) not supported on Redshift tables.');
  }
  if (REFUSED_FUNCTIONS.has(token.value)) {
    throw new RedshiftError(`function ${token.value}() does not exist`, { position: token.start + 1 });
  }
}

/** `= any (array)` is PostgreSQL's; Redshift compares with a subquery only. */
function refuseArrayComparison(tokens: readonly Token[], index: number): void {
  const token = tokens[index];
  if (!isWord(token, 'any') && !isWord(token, 'some')) return;
  const isQuery =
    isWord(tokens[index + 2], 'select') || isWord(tokens[index + 2], 'with') || isSymbol(tokens[index + 2], '(');
  if (isSymbol(tokens[index + 1], '(') && !isQuery) throw syntaxErrorAt(tokens[index + 2]);
}

/** `with x as (delete …)` is PostgreSQL's. */
function refuseDataChangeInQuery(tokens: readonly Token[], index: number): void {
  const change = tokens[index + 2];
  if (!isWord(tokens[index], 'as') || !isSymbol(tokens[index + 1], '(')) return;
  if (['insert', 'update', 'delete', 'merge'].some((word) => isWord(change, word))) throw syntaxErrorAt(change);
}
