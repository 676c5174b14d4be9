import { createHash, timingSafeEqual } from 'node:crypto';

import type { RequestHandler } from 'express';

import type { Credentials } from './access-rules.ts';

/** HTTP basic authentication; the answer takes the same time for every wrong guess. */
export function askCredentials({ user, password }: Credentials): RequestHandler {
  const expected = digest(`${user}:${password.reveal()}`);
  return (request, response, next) => {
    const given = digest(decoded(request.get('authorization')));
    if (timingSafeEqual(given, expected)) {
      next();
      return;
    }
    response
      .status(401)
      .set('WWW-Authenticate', 'Basic realm="Windrow", charset="UTF-8"')
      .type('text/plain')
      .send('Windrow asks for the user and password that WINDROW_DASHBOARD_USER and WINDROW_DASHBOARD_PASSWORD set.\n');
  };
}

// A digest, because timingSafeEqual compares equal lengths only and a length is a hint.
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function decoded(header: string | undefined): string {
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header ?? '') ?? [];
  return encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
}
