export const VAULT_TYPES = [
  'String',
  'LongText',
  'Number',
  'Date',
  'DateTime',
  'Relationship',
  'MultiRelationship',
  'Picklist',
  'MultiPicklist',
  'Boolean',
] as const;
export type VaultType = (typeof VAULT_TYPES)[number];

export type Component = 'Object' | 'Document' | 'Picklist' | 'Workflow' | 'Log';

/** A column as the schema describes it, before it has a place in the rows of a table. */
export interface ColumnSpec {
  readonly name: string;
  readonly label: string;
  readonly type: VaultType;
  /** What the metadata says where it is wrong. */
  readonly declared?: VaultType;
  /** Advisory, as in Vault: values may be longer. */
  readonly length?: number;
  /** The extract that the values point into: `Object.product__v`, `Picklist.picklist__sys`. */
  readonly related?: string;
}

/** `slot` is the place of the values in every row. It is never given to another column, so dropping one moves nothing. */
export interface VaultColumn extends ColumnSpec {
  readonly slot: number;
}

export interface Extract {
  readonly component: Component;
  readonly name: string;
  readonly label: string;
  /** Names of the columns that identify a row. */
  readonly key: readonly string[];
  /** In the order of the CSV header. */
  readonly columns: readonly VaultColumn[];
  readonly nextSlot: number;
}

export function extractOf(component: Component, name: string, specs: readonly ColumnSpec[]): Extract {
  return {
    component,
    name,
    label: labelOf(name),
    key: specs.some((spec) => spec.name === 'id') ? ['id'] : specs.slice(1, 4).map((spec) => spec.name),
    columns: specs.map((spec, slot) => ({ ...spec, slot })),
    nextSlot: specs.length,
  };
}

/** `Object.product__v`, the name that manifest and metadata use. */
export function extractId(extract: Pick<Extract, 'component' | 'name'>): string {
  return `${extract.component}.${extract.name}`;
}

/** `code__c:String:50`, `site__c:Relationship:Object.site__v`, `active__c:Boolean`. */
export function columns(text: string): ColumnSpec[] {
  return text
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(columnFrom);
}

export function labelOf(name: string): string {
  const words = name.replace(/__[a-z]+$/, '').split('_');
  return words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join(' ');
}

function columnFrom(word: string): ColumnSpec {
  const [name = '', typeName = 'String', detail = ''] = word.split(':');
  const type = VAULT_TYPES.find((known) => known === typeName) ?? 'String';
  const picklist = type === 'Picklist' || type === 'MultiPicklist';
  const related = picklist ? 'Picklist.picklist__sys' : detail.includes('.') ? detail : undefined;
  const length = LENGTHS[type] ?? (/^\d+$/.test(detail) ? Number(detail) : undefined);
  return {
    name,
    label: labelOf(name),
    type,
    ...(length === undefined ? {} : { length }),
    ...(related === undefined ? {} : { related }),
  };
}

/** Lengths that Vault declares whatever the field says. */
const LENGTHS: Partial<Record<VaultType, number>> = { LongText: 64_000, Picklist: 46, MultiPicklist: 46 };
