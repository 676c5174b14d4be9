import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

import type { Request, RequestHandler } from 'express';
import { z } from 'zod';

import { Refusal } from '../refusal.ts';

/** What every form carries and no page of another site can read. It lives as long as the process. */
export interface FormToken {
  readonly text: string;
  readonly check: RequestHandler;
}

export function newFormToken(): FormToken {
  const text = randomBytes(32).toString('base64url');
  return {
    text,
    check: (request, _response, next) => {
      if (isForeign(request))
        throw new Refusal(403, 'This form was sent by another site. Use the buttons of this dashboard.');
      if (!carries(request, text)) {
        throw new Refusal(
          403,
          'This page is older than the dashboard that serves it. Go back, reload the page and press the button again.',
        );
      }
      next();
    },
  };
}

const Body = z.object({ token: z.string() });

function carries(request: Request, token: string): boolean {
  const body = Body.safeParse(request.body);
  return body.success && timingSafeEqual(digest(body.data.token), digest(token));
}

/** Browsers say where a request comes from; programs that say nothing still need the token. */
function isForeign(request: Request): boolean {
  const site = request.get('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin') return true;
  const origin = request.get('origin');
  return origin !== undefined && hostOf(origin) !== request.get('host');
}

// The scheme is left out: behind a proxy that adds TLS it differs.
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
