import { type ReactNode, useState } from 'react';

import type { SensorJson } from '../../../../server/api/shapes/sensor.ts';
import { Button } from '../../components/controls/button.tsx';
import { ConfirmDialog } from '../../components/operate/confirm-dialog.tsx';
import { EditCursor } from './edit-cursor.tsx';

interface SensorActionsProps {
  readonly sensor: SensorJson;
}

/** What can be done to a sensor. */
export function SensorActions({ sensor }: SensorActionsProps): ReactNode {
  const [open, setOpen] = useState<'cursor' | 'switch' | undefined>();
  const close = (): void => setOpen(undefined);
  return (
    <>
      <Button demands="operator" onClick={() => setOpen('switch')}>
        {sensor.paused ? 'Unpause …' : 'Pause …'}
      </Button>
      <Button demands="operator" onClick={() => setOpen('cursor')}>
        Edit cursor …
      </Button>
      {open === 'switch' ? <SwitchSensor sensor={sensor} onClose={close} /> : null}
      {open === 'cursor' ? <EditCursor sensor={sensor} onClose={close} /> : null}
    </>
  );
}

interface SwitchSensorProps extends SensorActionsProps {
  readonly onClose: () => void;
}

function SwitchSensor({ sensor: { id, paused }, onClose }: SwitchSensorProps): ReactNode {
  const verb = paused ? 'unpause' : 'pause';
  return (
    <ConfirmDialog
      title={`${paused ? 'Unpause' : 'Pause'} ${id}`}
      words={paused ? 'Poll again' : 'Pause it'}
      deed={{ path: `/sensors/${encodeURIComponent(id)}/${verb}`, body: {} }}
      command={`windrow sensors ${verb} ${id}`}
      onClose={onClose}
    >
      <p>
        {paused
          ? 'It polls at once, from its cursor on: what came meanwhile is found.'
          : 'It polls no more until it is unpaused. Runs of its items go on.'}
      </p>
    </ConfirmDialog>
  );
}
