import { z } from 'zod';

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

/** What a file says of contracts. */
export type GivenContracts = z.output<typeof ContractsJson>;

/** The contracts that a file gives, under a default that the environment may set. */
export function schemaContracts(
  given: GivenContracts | undefined,
  fromEnvironment: ChangePolicy | undefined,
): SchemaContracts {
  return { default: fromEnvironment ?? given?.default ?? 'apply', tables: given?.tables ?? new Map() };
}
