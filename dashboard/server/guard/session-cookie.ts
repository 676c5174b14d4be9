import type { CookieOptions, Request, Response } from 'express';

import { Secret, minutes } from '#framework';

import { type AccessRules, LOCAL_NAMES } from './access-rules.ts';

/** What a browser shows to come in. */
export function sessionToken(rules: AccessRules, request: Request): Secret | undefined {
  const text = readCookie(request, cookieName(rules, request));
  return text === undefined ? undefined : new Secret(text);
}

function readCookie(request: Request, name: string): string | undefined {
  const cookies = (request.get('cookie') ?? '').split(';').map((pair) => pair.trim());
  const found = cookies.find((pair) => pair.startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}

interface SessionCookie {
  readonly token: Secret;
  readonly lifetimeMs: number;
}

/** `lifetimeMs`: the server decides anew at each request; beyond that a browser need not keep it. */
export function giveSession(rules: AccessRules, response: Response, { token, lifetimeMs }: SessionCookie): void {
  const { req: request } = response;
  response.cookie(cookieName(rules, request), token.reveal(), { ...options(rules, request), maxAge: lifetimeMs });
}

export function takeSession(rules: AccessRules, response: Response): void {
  const { req: request } = response;
  response.clearCookie(cookieName(rules, request), options(rules, request));
}

/** What a browser keeps while its owner is at the identity provider, whose redirect back must bring it along. */
export function giveProof(rules: AccessRules, response: Response, proof: string): void {
  const { req: request } = response;
  const value = Buffer.from(proof).toString('base64url');
  response.cookie(proofName(rules, request), value, { ...proofOptions(rules, request), maxAge: PROOF_MS });
}

/** It serves once. */
export function takeProof(rules: AccessRules, response: Response): string | undefined {
  const { req: request } = response;
  const value = readCookie(request, proofName(rules, request));
  response.clearCookie(proofName(rules, request), proofOptions(rules, request));
  return value === undefined ? undefined : Buffer.from(value, 'base64url').toString('utf8');
}

const PROOF_MS = minutes(10);

function proofName(rules: AccessRules, request: Request): string {
  return `${cookieName(rules, request)}-oidc`;
}

function proofOptions(rules: AccessRules, request: Request): CookieOptions {
  return { ...options(rules, request), sameSite: 'lax' };
}

/** What this machine sends to itself passes no network; everything else must be encrypted. */
export function isSecure({ publicUrl }: AccessRules, request: Request): boolean {
  if (publicUrl !== undefined) return publicUrl.protocol === 'https:';
  return !LOCAL_NAMES.has((request.get('host') ?? '').replace(/:\d+$/, ''));
}

// Browsers take a cookie with this prefix from an encrypted page of this very host only, so that no neighbour can plant one.
function cookieName(rules: AccessRules, request: Request): string {
  return isSecure(rules, request) ? '__Host-windrow' : 'windrow';
}

function options(rules: AccessRules, request: Request): CookieOptions {
  return { httpOnly: true, sameSite: 'strict', secure: isSecure(rules, request), path: '/' };
}
