import { type Extract, labelOf } from './extract.ts';
import { newRow, type RowContext } from './row-maker.ts';
import type { Row } from './table.ts';
import { picklistNames } from './values.ts';

/** One row per referencing (object, field) and value, as Vault repeats a shared picklist. */
export function picklistRows(extract: Extract, context: RowContext): Row[] {
  const fields = extract.columns.filter((column) => column.related === 'Picklist.picklist__sys');
  return fields.flatMap((column) =>
    picklistNames(column).map((name) => picklistRow([extract.name, column.name, name], context)),
  );
}

/** Two different keys whose parts read the same when they are joined without a separator. */
export function collidingRows(context: RowContext): Row[] {
  return [picklistRow(['a', 'bc', 'd__c'], context), picklistRow(['ab', 'c', 'd__c'], context)];
}

/** A further value of a picklist that exists already. */
export function newPicklistRow(context: RowContext): Row {
  const table = context.state.get('Picklist.picklist__sys');
  const [object = 'product__v', field = 'stage__c'] = table.findRandomKey(context.random)?.split('\u0000') ?? [];
  return picklistRow([object, field, `value_${table.issued + 1}__c`], context);
}

function picklistRow([object, field, name]: readonly [string, string, string], context: RowContext): Row {
  return newRow(context.state.get('Picklist.picklist__sys'), context, {
    object,
    object_field: field,
    picklist_value_name: name,
    picklist_value_label: context.random.chance(0.2) ? 'Null, "NA" & co.' : labelOf(name),
    status__v: context.random.chance(0.9) ? 'active__v' : 'inactive__v',
  });
}
