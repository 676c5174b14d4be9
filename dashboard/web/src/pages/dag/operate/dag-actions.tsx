import { type ReactNode, useState } from 'react';

import type { DagDetailJson } from '../../../../../server/api/shapes/dag.ts';
import { Button } from '../../../components/controls/button.tsx';
import { CreateBackfill } from '../../backfills/create-backfill.tsx';
import { PauseSwitch } from '../../dags/pause-switch.tsx';
import { RunNow } from './run-now.tsx';

/** What can be done with a dag: pause it, run many of its windows, run it now. */
export function DagActions({ dag }: { readonly dag: DagDetailJson }): ReactNode {
  const [open, setOpen] = useState<'backfill' | 'run' | undefined>();
  const close = (): void => setOpen(undefined);
  const hasWindows = dag.isPipeline || dag.settings !== null;
  return (
    <>
      <PauseSwitch dag={dag} />
      {hasWindows ? (
        <Button demands="operator" onClick={() => setOpen('backfill')}>
          Backfill …
        </Button>
      ) : null}
      <Button demands="operator" tone="main" onClick={() => setOpen('run')}>
        Run now …
      </Button>
      {open === 'backfill' ? <CreateBackfill dag={dag.id} onClose={close} /> : null}
      {open === 'run' ? <RunNow dag={dag} onClose={close} /> : null}
    </>
  );
}
