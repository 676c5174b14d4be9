import type { ReactNode } from 'react';

import type { DagJson } from '../../../../server/api/shapes/dag.ts';
import { useSend } from '../../api/queries.ts';
import { useRefusal } from '../../api/session.ts';
import styles from './dags-page.module.css';

/** Pauses a dag and lets it go on. */
export function PauseSwitch({ dag: { id, paused } }: { readonly dag: Pick<DagJson, 'id' | 'paused'> }): ReactNode {
  const sending = useSend();
  const refusal = useRefusal('operator');
  // What was asked for, until what is shown has been asked anew; that comes before the sending is over.
  const shown = sending.isPending ? sending.variables.path === pathOf(id, 'pause') : paused;
  return (
    <button
      type="button"
      role="switch"
      className={styles['pause']}
      aria-checked={!shown}
      aria-label={`${id} is active`}
      title={refusal ?? sending.error?.message ?? `windrow dags ${paused ? 'unpause' : 'pause'} ${id}`}
      disabled={sending.isPending || refusal !== undefined}
      onClick={() => sending.mutate({ method: 'POST', path: pathOf(id, paused ? 'unpause' : 'pause') })}
    >
      <i />
      {sending.error === null ? (shown ? 'paused' : 'active') : sending.error.title}
    </button>
  );
}

function pathOf(id: string, verb: 'pause' | 'unpause'): string {
  return `/dags/${id}/${verb}`;
}
