import { type ReactNode, useState } from 'react';

import type { MadeTokenJson } from '../../../../server/api/shapes/access.ts';
import type { Role } from '../../api/session.ts';
import { Button } from '../../components/controls/button.tsx';
import { Dialog } from '../../components/controls/dialog.tsx';
import { ConfirmDialog } from '../../components/operate/confirm-dialog.tsx';
import { TextField } from '../../components/operate/text-field.tsx';
import { Command } from '../../components/values/copy-button.tsx';
import { RoleChoice } from './role-choice.tsx';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;
const DAYS = /^[1-9]\d{0,3}$/;

interface MakeTokenProps {
  readonly onMade: (made: MadeTokenJson) => void;
  readonly onClose: () => void;
}

/** Asks what a token is for, and makes it. */
export function MakeToken({ onMade, onClose }: MakeTokenProps): ReactNode {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [days, setDays] = useState('90');
  const lifetime = days === '' ? {} : { days: Number(days) };
  return (
    <ConfirmDialog<MadeTokenJson>
      title="Make a token"
      words="Make the token"
      demands="admin"
      deed={{ path: '/tokens', body: { name, role, ...lifetime } }}
      isReady={NAME.test(name) && (days === '' || DAYS.test(days))}
      command={`windrow tokens create ${name === '' ? 'NAME' : name} --role ${role}${days === '' ? '' : ` --expires ${days}d`}`}
      onDone={onMade}
      onClose={onClose}
    >
      <TextField label="Name: what it is for" value={name} onChange={setName} example="nightly-report" />
      <RoleChoice role={role} onChange={setRole} />
      <TextField label="Days; empty until it is revoked" value={days} onChange={setDays} example="90" />
    </ConfirmDialog>
  );
}

interface MadeTokenProps {
  readonly made: MadeTokenJson;
  readonly onClose: () => void;
}

/** Shows the text of a new token, this once. */
export function MadeToken({ made, onClose }: MadeTokenProps): ReactNode {
  return (
    <Dialog
      title={`Token ${made.token.name}`}
      actions={
        <Button tone="main" onClick={onClose}>
          I have it
        </Button>
      }
      onClose={onClose}
    >
      <p>It is in force. Its text is shown this once and cannot be had again:</p>
      <p>
        <Command text={made.text} />
      </p>
    </Dialog>
  );
}
