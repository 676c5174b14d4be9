import { type ReactNode, useState } from 'react';

import type { UserJson } from '../../../../server/api/shapes/access.ts';
import { useRead } from '../../api/queries.ts';
import { useSession } from '../../api/session.ts';
import { Button } from '../../components/controls/button.tsx';
import { type Column, DataTable } from '../../components/data/data-table.tsx';
import { Section } from '../../components/page/section.tsx';
import { EmptyState, Ready } from '../../components/states/states.tsx';
import { Ago, Time } from '../../components/values/time.tsx';
import { AddUser } from './add-user.tsx';
import { ChangePassword, ChangeRole, RemoveUser } from './change-user.tsx';
import styles from './access-page.module.css';

type Deed = 'role' | 'password' | 'remove';

interface Asked {
  readonly deed: Deed;
  readonly user: UserJson;
}

/** People who log in with a password. */
export function Users(): ReactNode {
  const reading = useRead<{ readonly items: readonly UserJson[] }>('/users');
  const me = useSession();
  const [isAdding, setAdding] = useState(false);
  const [asked, setAsked] = useState<Asked | undefined>();
  const close = (): void => setAsked(undefined);
  return (
    <Section title="Users" beside={<Button onClick={() => setAdding(true)}>Add a user …</Button>}>
      <Ready reading={reading} what="users">
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="No users">
              A dashboard that listens on its own machine alone lets everybody there in, until the first user is added.
            </EmptyState>
          ) : (
            <DataTable
              label="Users"
              rows={items}
              columns={columnsOf(me?.actor, setAsked)}
              rowKey={({ name }) => name}
            />
          )
        }
      </Ready>
      {isAdding ? <AddUser isFirst={reading.data?.items.length === 0} onClose={() => setAdding(false)} /> : null}
      {asked?.deed === 'role' ? <ChangeRole user={asked.user} onClose={close} /> : null}
      {asked?.deed === 'password' ? <ChangePassword user={asked.user} onClose={close} /> : null}
      {asked?.deed === 'remove' ? <RemoveUser user={asked.user} onClose={close} /> : null}
    </Section>
  );
}

function columnsOf(me: string | undefined, onAsk: (asked: Asked) => void): readonly Column<UserJson>[] {
  return [
    { id: 'name', title: 'Name', cell: ({ name }) => name, sortBy: ({ name }) => name },
    { id: 'role', title: 'Role', cell: ({ role }) => role, sortBy: ({ role }) => role },
    { id: 'login', title: 'Last login', cell: ({ lastLoginAt }) => <Ago at={lastLoginAt} /> },
    { id: 'added', title: 'Added', cell: ({ createdAt }) => <Time at={createdAt} />, isExtra: true },
    { id: 'by', title: 'By', cell: ({ createdBy }) => createdBy, isExtra: true },
    {
      id: 'change',
      title: 'Change',
      cell: (user) => (
        <span className={styles['deeds']}>
          {user.name === me ? null : (
            <Button label={`Role of ${user.name}`} onClick={() => onAsk({ deed: 'role', user })}>
              Role
            </Button>
          )}
          <Button label={`Password of ${user.name}`} onClick={() => onAsk({ deed: 'password', user })}>
            Password
          </Button>
          {user.name === me ? null : (
            <Button tone="danger" label={`Remove ${user.name}`} onClick={() => onAsk({ deed: 'remove', user })}>
              Remove
            </Button>
          )}
        </span>
      ),
    },
  ];
}
