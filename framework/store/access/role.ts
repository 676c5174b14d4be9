/** What somebody may do to an installation: look, operate it, or also decide who else may. Each may what those before it may. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Whether who has a role may do what demands another. */
export function coversRole(role: Role, demanded: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(demanded);
}
