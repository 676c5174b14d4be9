import type { RequestHandler } from 'express';
import helmet from 'helmet';

const SELF = ["'self'"];

/** Only files of ours, no inline script or style, no frames. */
export function pageHeaders(): RequestHandler {
  return headers(SELF);
}

/** Bull Board's pages set style attributes. */
export function boardHeaders(): RequestHandler {
  return headers([...SELF, "'unsafe-inline'"]);
}

function headers(styleSrc: readonly string[]): RequestHandler {
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
    // Whether there is TLS is the business of whoever puts it in front.
    strictTransportSecurity: false,
  });
}
