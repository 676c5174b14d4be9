import { z } from 'zod';

import { DELETE_POLICIES, type DeletePolicies, type DeletePolicy } from './delete-policy.ts';

/** A policy as a setting. */
export const DeletePolicyText = z.enum(DELETE_POLICIES, { error: `expected one of ${DELETE_POLICIES.join(', ')}` });

/** `deletes` in the block of a target: `{ "default": "soft", "tables": { "account__v": "history" } }`. */
export const DeletesJson = z.strictObject({
  default: DeletePolicyText.exactOptional(),
  tables: z
    .record(z.string().toLowerCase(), DeletePolicyText)
    .default({})
    .transform((tables): DeletePolicies['tables'] => new Map(Object.entries(tables))),
});

/** What a file says of deletes. */
export type GivenDeletes = z.output<typeof DeletesJson>;

/** The policies that a file gives, under a default that the environment may set. */
export function deletePolicies(
  given: GivenDeletes | undefined,
  fromEnvironment: DeletePolicy | undefined,
): DeletePolicies {
  return { default: fromEnvironment ?? given?.default ?? 'hard', tables: given?.tables ?? new Map() };
}
