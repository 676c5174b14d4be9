import { type ReactNode, useState } from 'react';

import type { RunDetailJson } from '../../../../server/api/shapes/run.ts';
import { Button } from '../../components/controls/button.tsx';
import { Link } from '../../components/controls/link.tsx';
import { CopyButton } from '../../components/values/copy-button.tsx';
import { FactList } from '../../components/values/fact-list.tsx';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import { Duration, Nothing, Time, WindowTime } from '../../components/values/time.tsx';
import { CancelRun } from './cancel-run.tsx';
import { RerunTasks } from './rerun-tasks.tsx';

const AGAIN = new Set(['failed', 'upstream_failed', 'cancelled']);

/** How the run stands, and its id to take along. */
export function RunBadge({ run }: { readonly run: RunDetailJson }): ReactNode {
  return (
    <>
      <StatusBadge state={run.state} />
      <CopyButton text={String(run.id)} what="id of the run" />
    </>
  );
}

/** What can be done to the run as it stands. */
export function RunActions({ run }: { readonly run: RunDetailJson }): ReactNode {
  const [open, setOpen] = useState<'rerun' | 'cancel' | undefined>();
  const close = (): void => setOpen(undefined);
  // A dialog stays while the run changes below it, and closes itself: left out with its button, it would come back with it.
  return (
    <>
      <Ask run={run} onAsk={setOpen} />
      {open === 'cancel' ? <CancelRun run={run} onClose={close} /> : null}
      {open === 'rerun' ? <RerunTasks run={run} tasks={{ kind: 'failed' }} onClose={close} /> : null}
    </>
  );
}

interface AskProps {
  readonly run: RunDetailJson;
  readonly onAsk: (deed: 'rerun' | 'cancel') => void;
}

function Ask({ run: { state, tasks }, onAsk }: AskProps): ReactNode {
  if (state === 'queued' || state === 'running') {
    return (
      <Button demands="operator" tone="danger" onClick={() => onAsk('cancel')}>
        Cancel run
      </Button>
    );
  }
  if (!tasks.some((task) => AGAIN.has(task.state))) return null;
  return (
    <Button demands="operator" tone="main" onClick={() => onAsk('rerun')}>
      Re-run failed tasks
    </Button>
  );
}

/** What run it is. */
export function RunFacts({ run }: { readonly run: RunDetailJson }): ReactNode {
  return <FactList facts={factsOf(run)} />;
}

function factsOf(run: RunDetailJson): Readonly<Record<string, ReactNode>> {
  return {
    Dag: <Link href={`/dags/${encodeURIComponent(run.dagId)}`}>{run.dagId}</Link>,
    Kind: run.kind,
    Window: <WindowTime window={run.window} />,
    Record:
      run.recordId === null ? <Nothing /> : <Link href={`/records/${run.recordId}`}>{`Record ${run.recordId}`}</Link>,
    Created: <Time at={run.createdAt} />,
    Started: <Time at={run.startedAt} />,
    Took: <Duration from={run.startedAt} to={run.endedAt} />,
    ...(run.deadlineAt === null ? {} : { 'Must end by': <Time at={run.deadlineAt} /> }),
    ...(run.cleared === 0 ? {} : { 'Done again': `${run.cleared} ${run.cleared === 1 ? 'time' : 'times'}` }),
  };
}
