import { type ReactNode, useState } from 'react';

import type { RecordDetailJson } from '../../../../server/api/shapes/record.ts';
import { Button } from '../../components/controls/button.tsx';
import { CancelRecord } from './cancel-record.tsx';
import { RerunRecord } from './rerun-record.tsx';
import { SkipRecord } from './skip-record.tsx';

type Deed = 'rerun' | 'cancel' | 'skip';

/** What can be done to a window as it stands. */
export function RecordActions({ record }: { readonly record: RecordDetailJson }): ReactNode {
  const [open, setOpen] = useState<Deed | undefined>();
  const close = (): void => setOpen(undefined);
  const isRunning = record.status === 'IN_PROGRESS';
  return (
    <>
      {isRunning ? (
        <Button demands="operator" tone="danger" onClick={() => setOpen('cancel')}>
          Cancel
        </Button>
      ) : (
        <Button
          demands="operator"
          tone={record.status === 'COMPLETED' ? 'plain' : 'main'}
          onClick={() => setOpen('rerun')}
        >
          Re-run …
        </Button>
      )}
      {isRunning || record.status === 'COMPLETED' ? null : (
        <Button demands="operator" onClick={() => setOpen('skip')}>
          Skip …
        </Button>
      )}
      {open === 'rerun' ? <RerunRecord record={record} onClose={close} /> : null}
      {open === 'cancel' ? <CancelRecord record={record} onClose={close} /> : null}
      {open === 'skip' ? <SkipRecord record={record} onClose={close} /> : null}
    </>
  );
}
