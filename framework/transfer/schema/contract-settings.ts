import { z } from 'zod';

import type { ColumnType } from '../table-schema.ts';
import type { PinnedColumns } from './pinned-columns.ts';
import { CHANGE_POLICIES, type ChangePolicy, type SchemaContracts } from './schema-contract.ts';

const EXPECTED = `expected one of ${CHANGE_POLICIES.join(', ')}`;

/** A policy as a setting. */
export const ChangePolicyText = z.enum(CHANGE_POLICIES, { error: EXPECTED });

/** `contracts` in the block of a target: `{ "default": "apply", "tables": { "account__v": "fail" } }`. */
export const ContractsJson = z.strictObject({
  default: ChangePolicyText.exactOptional(),
  tables: z
    .record(z.string().toLowerCase(), ChangePolicyText)
    .default({})
    .transform((tables): SchemaContracts['tables'] => new Map(Object.entries(tables))),
});

/** Types as people write them; the longest text is Redshift's, so that both targets take the same pins. */
const TYPES: readonly (readonly [RegExp, (first: number, second: number) => ColumnType | undefined])[] = [
  [
    /^(?:varchar|text)\s*\(\s*(\d+)\s*\)$/,
    (bytes) => (isWithin(bytes, 1, 65_535) ? { kind: 'text', bytes } : undefined),
  ],
  [
    /^(?:decimal|numeric)\s*\(\s*(\d+)\s*,\s*(\d+)\s*\)$/,
    (precision, scale) =>
      isWithin(precision, 1, 38) && isWithin(scale, 0, precision) ? { kind: 'decimal', precision, scale } : undefined,
  ],
  [/^boolean$/, () => ({ kind: 'boolean' })],
  [/^date$/, () => ({ kind: 'date' })],
  [/^timestamp$/, () => ({ kind: 'timestamp' })],
];

function isWithin(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}

const TypeText = z.string().transform((text, context): ColumnType => {
  for (const [pattern, typeOf] of TYPES) {
    const found = pattern.exec(text.trim().toLowerCase());
    const type = found === null ? undefined : typeOf(Number(found[1]), Number(found[2]));
    if (type !== undefined) return type;
  }
  context.addIssue({
    code: 'custom',
    message: 'expected varchar(1 to 65535), decimal(1 to 38, scale), boolean, date or timestamp',
  });
  return z.NEVER;
});

const Name = z.string().min(1).toLowerCase();

/** `columns` in the block of a target: `{ "account__v": { "annual_revenue__v": "decimal(18,2)" } }`. */
export const PinsJson = z
  .record(
    Name,
    z.record(Name, TypeText).transform((columns) => new Map(Object.entries(columns))),
  )
  .transform((tables): PinnedColumns => new Map(Object.entries(tables)));

/** What a file says of contracts. */
export type GivenContracts = z.output<typeof ContractsJson>;

/** The contracts that a file gives, under a default that the environment may set. */
export function schemaContracts(
  given: GivenContracts | undefined,
  fromEnvironment: ChangePolicy | undefined,
): SchemaContracts {
  return { default: fromEnvironment ?? given?.default ?? 'apply', tables: given?.tables ?? new Map() };
}
