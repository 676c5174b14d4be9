import { type ColumnSpec, type Extract, columns, extractOf } from './extract.ts';
import { randomFrom } from './random.ts';

/** The objects of the Vault: first the ones with awkward names, then ordinary ones. */
export function objectExtracts(seed: number, count: number): Extract[] {
  return Array.from({ length: Math.max(2, count) }, (_none, index) => objectExtract(seed, objectName(index)));
}

/** Columns stand as Vault prints them: id, date of change, then by name. */
export function objectExtract(seed: number, name: string): Extract {
  const [id, modified, ...others] = [...columns(STANDARD), ...specialColumns(name), ...ownColumns(seed, name)];
  if (id === undefined || modified === undefined) return extractOf('Object', name, []);
  return extractOf('Object', name, [id, modified, ...unique(others).toSorted(byName)]);
}

/** Reserved words, leading digits, and names that contain `metadata` and `_deletes`. */
const AWKWARD_NAMES: readonly string[] = [
  'product__v',
  'user__sys',
  '3d_model__c',
  'order',
  'metadata_template__v',
  'bulk_deletes__c',
  'wide_form__v',
  'security_policy__sys',
  'group',
  'country__v',
  'edl_item__v',
  'select__c',
  '21_cfr_11__c',
  'site__v',
];

const NOUNS = ['study', 'batch', 'audit', 'change_control', 'complaint', 'lab_sample', 'market', 'supplier', 'vial'];
const SUFFIXES = ['__v', '__c', '__sys', '__qdm'];

function objectName(index: number): string {
  const awkward = AWKWARD_NAMES[index];
  if (awkward !== undefined) return awkward;
  const place = index - AWKWARD_NAMES.length;
  const round = Math.floor(place / NOUNS.length);
  const suffix = SUFFIXES[place % SUFFIXES.length] ?? '__c';
  return `${NOUNS[place % NOUNS.length] ?? 'thing'}${round === 0 ? '' : `_${round}`}${suffix}`;
}

const STANDARD = `
  id:String:18 modified_date__v:DateTime name__v:String:128 status__v:Picklist created_by__v:Relationship:Object.user__sys
  created_date__v:DateTime modified_by__v:Relationship:Object.user__sys global_id__sys:String:100 link__sys:String:100`;

/** Every object has one column of each type, so that every type is met in every window. */
const TYPICAL = `
  code__c:String:8 amount__c:Number approved__c:Boolean due_date__c:Date reviewed_at__c:DateTime notes__c:LongText
  stage__c:Picklist regions__c:MultiPicklist product__c:Relationship:Object.product__v`;

const POOL = columns(`
  2nd_name__c:String:50 select:String:40 user:String:40 default:Boolean tag:String:20 timestamp:DateTime
  metadata__c:String:60 old_deletes__c:String:60 count__c:Number ratio__c:Number abbreviation__c:String:10
  contacts__c:MultiRelationship:Object.user__sys start_date__v:Date is_active__v:Boolean remark__v:LongText
  1st_visit__c:Date owner__v:Relationship:Object.user__sys site_name__c:String:100`);

function ownColumns(seed: number, name: string): ColumnSpec[] {
  const random = randomFrom(seed, 'columns', name);
  const picked = Array.from({ length: 2 + random.below(6) }, () => random.pick(POOL));
  return [...columns(TYPICAL), ...picked];
}

/** 150 columns with long names make a header of about 6 KiB. */
const WIDE_COLUMNS = 150;

function specialColumns(name: string): ColumnSpec[] {
  switch (name) {
    case 'user__sys':
      return columns('username__sys:String:128 last_login__sys:DateTime');
    case 'security_policy__sys':
      return columns('description__sys:String:128');
    case 'edl_item__v':
      return columns('progress_icon__v:String:1');
    case 'wide_form__v': {
      const names = Array.from(
        { length: WIDE_COLUMNS },
        (_none, index) => `form_question_${index}_answer_text_as_given__c`,
      );
      return columns(names.map((column) => `${column}:String:30`).join(' '));
    }
    default:
      return [];
  }
}

function unique(specs: readonly ColumnSpec[]): ColumnSpec[] {
  return [...new Map(specs.map((spec) => [spec.name, spec])).values()];
}

function byName(a: ColumnSpec, b: ColumnSpec): number {
  return a.name < b.name ? -1 : 1;
}
