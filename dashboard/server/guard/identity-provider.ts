import {
  type Configuration,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  discovery,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import { z } from 'zod';

import { type OidcSettings, type Role, ROLES } from '#framework/operate';

/** What a browser keeps while its owner is at the provider, so that nobody else's answer is taken for theirs. */
export const LoginProof = z.object({ state: z.string(), nonce: z.string(), verifier: z.string(), next: z.string() });
type LoginProof = z.infer<typeof LoginProof>;

/** Somebody whom the provider vouches for; without a role they may not come in. */
export interface VouchedPerson {
  readonly actor: string;
  readonly role: Role | undefined;
}

/** An OpenID Connect provider, by authorization code with PKCE. */
export interface IdentityProvider {
  readonly begin: (back: string, next: string) => Promise<{ readonly url: URL; readonly proof: LoginProof }>;
  /** @throws whatever makes the answer one that must not be believed */
  readonly finish: (answer: URL, proof: LoginProof) => Promise<VouchedPerson>;
}

const SCOPE = 'openid profile email';

export function identityProvider(settings: OidcSettings): IdentityProvider {
  // Asked at the first login, so that a provider that is away keeps the dashboard from nothing else.
  let known: Configuration | undefined;
  const configuration = async (): Promise<Configuration> => (known ??= await discover(settings));
  return {
    begin: async (back, next) => {
      const proof = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier(), next };
      const url = buildAuthorizationUrl(await configuration(), {
        redirect_uri: back,
        scope: SCOPE,
        state: proof.state,
        nonce: proof.nonce,
        code_challenge: await calculatePKCECodeChallenge(proof.verifier),
        code_challenge_method: 'S256',
      });
      return { url, proof };
    },
    finish: async (answer, { state, nonce, verifier }) => {
      const config = await configuration();
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true };
      const tokens = await authorizationCodeGrant(config, answer, checks);
      const claims = Claims.parse(tokens.claims());
      // Many providers tell groups there only.
      const more = await fetchUserInfo(config, tokens.access_token, claims.sub);
      return personOf(settings, { ...claims, ...more });
    },
  };
}

function discover({ issuer, clientId, clientSecret }: OidcSettings): Promise<Configuration> {
  // Only to this machine itself, as the settings hold it to.
  const execute = issuer.startsWith('http:') ? [allowInsecureRequests] : [];
  return discovery(new URL(issuer), clientId, clientSecret.reveal(), undefined, { execute });
}

const Text = z.string().min(1).optional().catch(undefined);
/** Some providers write it as text. */
const PROVED: ReadonlySet<unknown> = new Set([true, 'true']);
const Claims = z
  .looseObject({ sub: z.string(), preferred_username: Text, email: Text })
  // An address that the provider has not proved may be somebody else's: it gives neither a name nor a role.
  .transform((claims) => (PROVED.has(claims['email_verified']) ? claims : { ...claims, email: undefined }));
const Values = z.union([z.string().transform((text) => [text]), z.array(z.string())]).catch([]);

/** The name says where it comes from, as a user of the dashboard may have the same. */
function personOf({ roleClaim, roles }: OidcSettings, told: object): VouchedPerson {
  const claims = Claims.parse(told);
  const values = new Set(Values.parse(claims[roleClaim]));
  const given = new Set(Object.entries(roles).flatMap(([value, role]) => (values.has(value) ? [role] : [])));
  const actor = `oidc:${claims.preferred_username ?? claims.email ?? claims.sub}`;
  return { actor, role: ROLES.findLast((role) => given.has(role)) };
}
