import type { SessionJson } from '../../../server/api/shapes/session.ts';
import { useRead } from './queries.ts';

export type Role = SessionJson['role'];

/** Each may what those before it may. */
const ROLES: readonly Role[] = ['viewer', 'operator', 'admin'];

/** Who looks at the pages; undefined until it is known. */
export function useSession(): SessionJson | undefined {
  return useRead<SessionJson>('/session').data;
}

/** Why the viewer may not do what demands a role. The server decides; until it has said who it is, nobody is kept from anything. */
export function useRefusal(demanded: Role): string | undefined {
  const session = useSession();
  if (session === undefined || covers(session.role, demanded)) return undefined;
  return `It takes the role ${demanded}; ${session.actor} is ${session.role}.`;
}

export function covers(role: Role, demanded: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(demanded);
}
