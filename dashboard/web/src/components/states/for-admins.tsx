import type { ReactNode } from 'react';

import { useRefusal, useSession } from '../../api/session.ts';
import { EmptyState, LoadingState } from './states.tsx';

/** Shows what only admins may see; others are told, and nothing is asked in their name. */
export function ForAdmins({ children }: { readonly children: ReactNode }): ReactNode {
  const session = useSession();
  const refusal = useRefusal('admin');
  if (session === undefined) return <LoadingState what="page" />;
  return refusal === undefined ? children : <EmptyState title="This page is for admins">{refusal}</EmptyState>;
}
