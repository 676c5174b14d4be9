import type { RequestHandler, Response } from 'express';
import { rateLimit } from 'express-rate-limit';

import { minutes } from '#framework';

import { tooMany } from './log-in.ts';

const WINDOW = minutes(5);
/** Of one address, whatever names it tries; a whole office may share one. */
const MOST_FAILURES = 30;

/** Lets an address fail so often only. `refuse` answers beyond that. */
export function limitLogins(refuse: (response: Response, detail: string) => void): RequestHandler {
  return rateLimit({
    windowMs: WINDOW,
    limit: MOST_FAILURES,
    skipSuccessfulRequests: true,
    standardHeaders: true,
    legacyHeaders: false,
    // Its own checks of settings print to the console.
    validate: false,
    handler: (_request, response) => refuse(response, tooMany(WINDOW / 1000)),
  });
}
