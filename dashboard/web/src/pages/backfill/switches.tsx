import { type ReactNode, useState } from 'react';

import type { BackfillJson } from '../../../../server/api/shapes/backfill.ts';
import { Button } from '../../components/controls/button.tsx';
import { ConfirmDialog } from '../../components/operate/confirm-dialog.tsx';

const DEEDS = {
  pause: {
    title: 'Pause',
    tone: 'plain',
    effect: 'No further window begins until it is resumed; windows that run go on to their end.',
  },
  resume: {
    title: 'Resume',
    tone: 'main',
    effect: 'It goes on where it was paused. Of an ended one, the windows run again that failed or were cancelled.',
  },
  cancel: {
    title: 'Cancel',
    tone: 'danger',
    effect: 'Windows that wait are given up, and the runs of those that have begun are told to stop.',
  },
} as const;

type Verb = keyof typeof DEEDS;

const POSSIBLE: Readonly<Record<BackfillJson['state'], readonly Verb[]>> = {
  running: ['pause', 'cancel'],
  paused: ['resume', 'cancel'],
  completed: [],
  failed: ['resume'],
  cancelled: ['resume'],
};

/** What can be done to a backfill as it stands; each says what it does before it is done. */
export function Switches({ backfill: { id, state } }: { readonly backfill: BackfillJson }): ReactNode {
  const [asked, setAsked] = useState<Verb | undefined>();
  return (
    <>
      {POSSIBLE[state].map((verb) => (
        <Button key={verb} demands="operator" tone={DEEDS[verb].tone} onClick={() => setAsked(verb)}>
          {DEEDS[verb].title}
        </Button>
      ))}
      {asked === undefined ? null : (
        <ConfirmDialog
          title={`${DEEDS[asked].title} backfill ${id}`}
          words={`${DEEDS[asked].title} the backfill`}
          tone={asked === 'cancel' ? 'danger' : 'main'}
          deed={{ path: `/backfills/${id}/${asked}`, body: {} }}
          command={`windrow backfill ${asked} ${id}`}
          onClose={() => setAsked(undefined)}
        >
          <p>{DEEDS[asked].effect}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
