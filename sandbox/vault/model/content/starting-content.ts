import { columns, type Extract, extractOf } from '../extract.ts';
import { objectExtract } from '../object-extracts.ts';
import { dateTime } from '../values.ts';
import { withValues } from '../row-maker.ts';
import type { VaultState } from '../vault-state.ts';
import type { Content, ContentSwitch } from './content-switch.ts';

const OBJECTS: Readonly<Partial<Record<ContentSwitch, readonly string[]>>> = {
  wide_header: ['wide_form__v'],
  awkward_names: ['3d_model__c', 'order', 'metadata_template__v', 'bulk_deletes__c', 'select__c', '21_cfr_11__c'],
  wrong_metadata: ['security_policy__sys', 'edl_item__v'],
};

export const LEDGER = 'Object.ledger__c';
export const SEASONAL = 'Object.seasonal__c';

/** Objects that the content needs besides those that are there. */
export function contentExtracts(seed: number, content: Content, present: readonly Extract[]): Extract[] {
  const known = new Set(present.map(({ name }) => name));
  const names = content.flatMap((one) => OBJECTS[one] ?? []).filter((name) => !known.has(name));
  return [
    ...names.map((name) => objectExtract(seed, name)),
    ...(content.includes('late_decimals') ? [plainObject('ledger__c', 'amount__c:Number')] : []),
    ...(content.includes('readded_field') ? [plainObject('seasonal__c', 'season__c:String:40')] : []),
  ];
}

function plainObject(name: string, column: string): Extract {
  return extractOf('Object', name, columns(`id:String:18 modified_date__v:DateTime ${column}`));
}

/** Rows that chance might not have made. */
export function startContent(state: VaultState, content: Content, at: number): void {
  if (content.includes('wrong_metadata')) {
    putInFirstRow(state, 'Object.security_policy__sys', { description__sys: 'policy '.repeat(35) });
    putInFirstRow(state, 'Object.edl_item__v', { progress_icon__v: `<img alt="${'progress '.repeat(435)}"/>` });
  }
  if (content.includes('late_decimals')) fillLedger(state, at);
}

function putInFirstRow(state: VaultState, id: string, values: Readonly<Record<string, string>>): void {
  const table = state.get(id);
  const [row] = table.rows();
  if (row !== undefined) table.put(withValues(table, row, values));
}

const WHOLE_NUMBERS = 100_000;

function fillLedger(state: VaultState, at: number): void {
  const ledger = state.get(LEDGER);
  const amounts = [...Array.from({ length: WHOLE_NUMBERS }, (_none, index) => String(index)), '12.5', '-0.000001'];
  for (const amount of amounts) {
    ledger.issued += 1;
    ledger.put([`V0L${String(ledger.issued).padStart(12, '0')}`, dateTime(at - 1000), amount]);
  }
}
