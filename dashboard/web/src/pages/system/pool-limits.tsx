import { type ReactNode, useState } from 'react';

import type { PoolChangedJson, PoolJson } from '../../../../server/api/shapes/installation.ts';
import { Choice } from '../../components/controls/choice.tsx';
import { DeedDialog } from '../../components/operate/deed-dialog.tsx';
import { TextField } from '../../components/operate/text-field.tsx';
import { limitsText } from './limits-text.ts';

interface PoolLimitsProps {
  readonly pool: PoolJson;
  readonly onClose: () => void;
}

const HOW = [
  { value: 'set', words: 'set by hand' },
  { value: 'reset', words: 'as the code says' },
] as const;

/** Sets the slots of a pool, or gives them back to the code; says before what that changes. */
export function PoolLimits({ pool, onClose }: PoolLimitsProps): ReactNode {
  const [how, setHow] = useState<(typeof HOW)[number]['value']>('set');
  const [slots, setSlots] = useState(String(pool.slots));
  const isCount = /^\d{1,6}$/.test(slots);
  const path = `/pools/${encodeURIComponent(pool.name)}/${how}`;
  return (
    <DeedDialog<PoolChangedJson>
      title={`Limits of ${pool.name}`}
      words={how === 'set' ? 'Set the limits' : 'Give back to the code'}
      deed={{ path, body: how === 'set' && isCount ? { slots: Number(slots) } : {} }}
      isReady={how === 'reset' || isCount}
      command={`windrow pools set ${pool.name} ${how === 'reset' ? '--reset' : `--slots ${isCount ? slots : 'COUNT'}`}`}
      onClose={onClose}
      questions={
        <>
          <Choice label="Limits" value={how} options={HOW} onChange={setHow} />
          {how === 'set' ? <TextField label="Slots" value={slots} onChange={setSlots} example="4" /> : null}
        </>
      }
    >
      {({ before, after }) => (
        <p>
          Now {limitsText(before)}; then <strong>{limitsText(after)}</strong>. A scheduler heeds it within a second;
          what runs goes on.{after.slots === 0 ? ' With 0 slots nothing of this pool starts any more.' : ''}
        </p>
      )}
    </DeedDialog>
  );
}
