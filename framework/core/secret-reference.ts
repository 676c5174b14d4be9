import type { Secret } from './secret.ts';

/** A secret in settings: the text itself, or the name of a stored one (an AWS Secrets Manager ARN, with an optional `#field`). */
export type SecretReference =
  | { readonly kind: 'plain'; readonly secret: Secret }
  | { readonly kind: 'stored'; readonly reference: string };

/** Finds the text of a secret; stored ones are fetched once per opening. */
export type SecretResolver = (reference: SecretReference) => Promise<Secret>;
