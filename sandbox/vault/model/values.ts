import type { VaultColumn, VaultType } from './extract.ts';
import { DATES, DECIMALS, MOMENTS, NASTY_TEXTS, WIDE_INTEGERS } from './nasty-text.ts';
import type { Random } from './random.ts';

export interface ValueRules {
  readonly multiValueSeparator: string;
  /** Whole numbers of 38 digits appear in Number columns. */
  readonly wideIntegers: boolean;
}

/** One exact CSV text for the column. Ids and dates of change are not made here. */
export function valueFor(column: VaultColumn, random: Random, rules: ValueRules): string {
  return random.chance(0.12) ? '' : BY_TYPE[column.type](column, random, rules);
}

export function dateTime(epochMilliseconds: number): string {
  return new Date(epochMilliseconds).toISOString();
}

/** The names that a picklist column may hold. */
export function picklistNames(column: Pick<VaultColumn, 'name'>): readonly string[] {
  const stem = column.name.replace(/__[a-z]+$/, '');
  return [`${stem}_open__c`, `${stem}_closed__c`, 'na__c', 'null__c', `${stem}_0001__c`];
}

type Maker = (column: VaultColumn, random: Random, rules: ValueRules) => string;

const BY_TYPE: Record<VaultType, Maker> = {
  String: text,
  LongText: longText,
  Number: number,
  Date: date,
  DateTime: moment,
  Relationship: (_column, random) => recordId(random),
  MultiRelationship: (_column, random, rules) => [recordId(random), recordId(random)].join(rules.multiValueSeparator),
  Picklist: (column, random) => random.pick(picklistNames(column)),
  MultiPicklist: (column, random, rules) =>
    picklistNames(column)
      .filter(() => random.chance(0.5))
      .join(rules.multiValueSeparator),
  Boolean: (_column, random) => (random.chance(0.5) ? 'true' : 'false'),
};

const WORDS = ['assay', 'batch', 'cleaning', 'dossier', 'effect', 'filter', 'growth', 'hazard', 'intake', 'joint'];

function plainText(random: Random): string {
  return `${random.pick(WORDS)} ${random.pick(WORDS)} ${random.below(10_000)}`;
}

/** Icon formulas declare one character and hold an image tag with long alternative text. */
function text(column: VaultColumn, random: Random): string {
  if (column.length === 1)
    return random.chance(0.1) ? `<img alt="${'progress '.repeat(435)}"/>` : random.pick(['✓', '…']);
  if (column.name.startsWith('code')) return String(random.below(100_000)).padStart(8, '0');
  const value = random.chance(0.25) ? random.pick(NASTY_TEXTS) : plainText(random);
  return random.chance(0.01) ? `${value} ${'beyond the declared length '.repeat(8)}` : value;
}

function longText(_column: VaultColumn, random: Random): string {
  const lines = Array.from({ length: random.below(3) + 1 }, () =>
    random.chance(0.3) ? random.pick(NASTY_TEXTS) : plainText(random),
  );
  const body = lines.join(random.pick(['\n', '\r\n', '<br/>']));
  return random.chance(0.005) ? body.padEnd(20_000, ' ü') : body;
}

function number(column: VaultColumn, random: Random, rules: ValueRules): string {
  if (random.chance(0.06)) return random.pick(rules.wideIntegers ? WIDE_INTEGERS : DECIMALS);
  const sign = random.chance(0.2) ? '-' : '';
  const whole = `${sign}${random.below(9_000_000) + 1}`;
  const scale = rules.wideIntegers || column.name.startsWith('count') ? 0 : random.below(7);
  return scale === 0 ? whole : `${whole}.${String(random.below(10 ** scale)).padStart(scale, '0')}`;
}

const DAY = 86_400_000;

function date(_column: VaultColumn, random: Random): string {
  if (random.chance(0.08)) return random.pick(DATES);
  return dateTime((random.below(40_000) - 15_000) * DAY).slice(0, 10);
}

function moment(_column: VaultColumn, random: Random): string {
  if (random.chance(0.08)) return random.pick(MOMENTS);
  return dateTime((random.below(40_000) - 15_000) * DAY + random.below(DAY));
}

/** May point at nothing: extracts are cut by time, so references dangle in Vault too. */
function recordId(random: Random): string {
  return `V0B${String(random.below(500) + 1).padStart(12, '0')}`;
}
