import type { SignatureRefusal } from './signature.ts';

/** How the services that speak AWS JSON name a signature that they refuse. */
export const JSON_REFUSALS: Readonly<Record<SignatureRefusal, string>> = {
  missing: 'MissingAuthenticationTokenException',
  malformed: 'IncompleteSignatureException',
  unknown_key: 'UnrecognizedClientException',
  wrong_scope: 'InvalidSignatureException',
  too_skewed: 'InvalidSignatureException',
  mismatch: 'InvalidSignatureException',
};
