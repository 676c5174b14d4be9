import type { RequestHandler } from 'express';
import helmet from 'helmet';

import type { AccessRules } from './access-rules.ts';

const SELF = ["'self'"];
const YEAR_SECONDS = 365 * 24 * 3600;

/** Only files of ours, no inline script or style, no frames. */
export function pageHeaders(rules: AccessRules): RequestHandler {
  return headers(rules, SELF);
}

/** Bull Board's pages set style attributes. */
export function boardHeaders(rules: AccessRules): RequestHandler {
  return headers(rules, [...SELF, "'unsafe-inline'"]);
}

function headers({ publicUrl }: AccessRules, styleSrc: readonly string[]): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: SELF,
        styleSrc,
        imgSrc: [...SELF, 'data:'],
        fontSrc: SELF,
        connectSrc: SELF,
        formAction: SELF,
        baseUri: SELF,
        frameAncestors: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    // With "no-referrer" browsers send forms with `Origin: null`, which could not be told from a foreign one.
    referrerPolicy: { policy: 'same-origin' },
    // Known only where the public address is: TLS is the business of whoever stands in front.
    strictTransportSecurity: publicUrl?.protocol === 'https:' && { maxAge: YEAR_SECONDS, includeSubDomains: false },
  });
}
