import { useIsMutating } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { Ready } from '../states/states.tsx';
import { ConfirmDialog, type ConfirmDialogProps } from './confirm-dialog.tsx';
import { useDryRun } from './dry-run.ts';

export interface DeedDialogProps<Preview> extends Omit<ConfirmDialogProps<Preview>, 'children'> {
  /** Further questions, above the preview. */
  readonly questions?: ReactNode;
  readonly children: (preview: Preview) => ReactNode;
}

/** Shows what a deed would do, asked from the server by a dry run, before anybody does it. */
export function DeedDialog<Preview>(props: DeedDialogProps<Preview>): ReactNode {
  const { questions, children, isReady = true, ...confirm } = props;
  const preview = useDryRun<Preview>(props.deed, isReady);
  const isSending = useIsMutating() > 0;
  // What cannot be done any more says why. Behind the deed itself it is no news, and the dialog closes.
  const data = preview.isError && !isSending ? undefined : preview.data;
  return (
    <ConfirmDialog {...confirm} isReady={isReady && preview.isSuccess && !preview.isPlaceholderData}>
      {questions}
      {isReady ? (
        <Ready reading={{ ...preview, data }} what="preview">
          {children}
        </Ready>
      ) : null}
    </ConfirmDialog>
  );
}
