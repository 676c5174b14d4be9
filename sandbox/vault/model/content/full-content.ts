import { dateTime } from '../values.ts';
import { columns, type Extract, extractOf } from '../extract.ts';
import type { Row } from '../table.ts';
import type { Content } from './content-switch.ts';

export interface FullTable {
  readonly extract: Extract;
  readonly rows: readonly Row[];
  /** Whether metadata.csv of the Full lists its columns. */
  readonly isDescribed: boolean;
  /** Whether the rows of earlier Fulls stay. */
  readonly keepsEarlier: boolean;
}

/** Tables that Fulls have and incremental files never; `stop` is the end of the Full. */
export function fullOnlyTables(content: Content, stop: number): readonly FullTable[] {
  return [
    ...(content.includes('legacy_workflows') ? [legacyWorkflows(stop)] : []),
    ...(content.includes('vault_metadata') ? vaultMetadata(stop) : []),
  ];
}

const DAY = 86_400_000;

const LEGACY = extractOf(
  'Workflow',
  'inactive_legacy_workflow__sys',
  columns('id:String:20 modified_date__sys:DateTime label__sys:String:128 status__sys:String:40'),
);

function legacyWorkflows(stop: number): FullTable {
  const minute = Math.floor(stop / 60_000);
  const rows = ['a', 'b', 'c'].map((part, index) => [
    `${minute}${part}`,
    dateTime(stop - DAY + index * 60_000),
    'Review, legacy',
    'inactive__v',
  ]);
  return { extract: LEGACY, rows, isDescribed: true, keepsEarlier: true };
}

const FIELDS = 'modified_date__v:String object__sys:String field__sys:String label__sys:String formula__sys:String';

function vaultMetadata(stop: number): FullTable[] {
  const rows = ['days_open__c', 'owner__v'].map((field, index) => [
    dateTime(stop - index),
    'product__v',
    field,
    `Label of "${field}"`,
    index === 0 ? 'Today() - created_date__v,\nrounded' : '',
  ]);
  return [extractOf('Object', 'object', columns(FIELDS)), extractOf('Document', 'document', columns(FIELDS))].map(
    (extract) => ({ extract, rows, isDescribed: false, keepsEarlier: false }),
  );
}
