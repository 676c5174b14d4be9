import { type AuditEntry, type AuditFilter, listAudit, noteAccess } from '../store/access/audit-log.ts';
import type { AccessTools } from './access/access-tools.ts';
import { type TokenAccess, tokenAccess } from './access/token-access.ts';
import { type UserAccess, userAccess } from './access/user-access.ts';

/** Who may come in to the dashboard and its API, and what people did. Nothing here throws for an ordinary no. */
export interface Access {
  readonly users: UserAccess;
  readonly tokens: TokenAccess;
  /** What people did, newest first. */
  readonly audit: (filter: AuditFilter) => Promise<readonly AuditEntry[]>;
  /** Notes what somebody asked for whose role does not allow it. */
  readonly noteRefused: (actor: string, asked: string) => Promise<void>;
}

export function access(tools: AccessTools): Access {
  return {
    users: userAccess(tools),
    tokens: tokenAccess(tools),
    audit: (filter) => listAudit(tools.database, filter),
    noteRefused: (actor, asked) => noteAccess(tools.database, { actor, action: 'access_refused', details: { asked } }),
  };
}
