import { type ReactNode, useState } from 'react';

import type { MadeTokenJson, TokenJson } from '../../../../server/api/shapes/access.ts';
import { useRead } from '../../api/queries.ts';
import { useNow } from '../../app/now.ts';
import { Button } from '../../components/controls/button.tsx';
import { type Column, DataTable } from '../../components/data/data-table.tsx';
import { ConfirmDialog } from '../../components/operate/confirm-dialog.tsx';
import { Section } from '../../components/page/section.tsx';
import { EmptyState, Ready } from '../../components/states/states.tsx';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import { Ago, Time } from '../../components/values/time.tsx';
import { MadeToken, MakeToken } from './make-token.tsx';

/** What programs show in place of a login. */
export function Tokens(): ReactNode {
  const reading = useRead<{ readonly items: readonly TokenJson[] }>('/tokens');
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<MadeTokenJson | undefined>();
  const [revoking, setRevoking] = useState<string | undefined>();
  return (
    <Section title="Tokens" beside={<Button onClick={() => setMaking(true)}>Make a token …</Button>}>
      <Ready reading={reading} what="tokens">
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="No tokens">A program shows one to the API in place of a login.</EmptyState>
          ) : (
            <DataTable
              label="Tokens"
              rows={items}
              columns={columnsOf(setRevoking)}
              rowKey={({ name, createdAt }) => `${name} ${createdAt}`}
            />
          )
        }
      </Ready>
      {isMaking ? <MakeToken onMade={setMade} onClose={() => setMaking(false)} /> : null}
      {made === undefined ? null : <MadeToken made={made} onClose={() => setMade(undefined)} />}
      {revoking === undefined ? null : <RevokeToken name={revoking} onClose={() => setRevoking(undefined)} />}
    </Section>
  );
}

function columnsOf(onRevoke: (name: string) => void): readonly Column<TokenJson>[] {
  return [
    { id: 'name', title: 'Name', cell: ({ name }) => name, sortBy: ({ name }) => name },
    { id: 'role', title: 'Role', cell: ({ role }) => role, sortBy: ({ role }) => role },
    { id: 'state', title: 'State', cell: (token) => <TokenState token={token} /> },
    { id: 'used', title: 'Last used', cell: ({ lastUsedAt }) => <Ago at={lastUsedAt} /> },
    { id: 'expires', title: 'Expires', cell: ({ expiresAt }) => <Time at={expiresAt} />, isExtra: true },
    { id: 'made', title: 'Made', cell: ({ createdAt }) => <Time at={createdAt} />, isExtra: true },
    { id: 'by', title: 'By', cell: ({ createdBy }) => createdBy, isExtra: true },
    {
      id: 'change',
      title: 'Change',
      cell: ({ name, revokedAt }) =>
        revokedAt === null ? (
          <Button tone="danger" label={`Revoke ${name}`} onClick={() => onRevoke(name)}>
            Revoke
          </Button>
        ) : null,
    },
  ];
}

function TokenState({ token: { revokedAt, expiresAt } }: { readonly token: TokenJson }): ReactNode {
  const now = useNow();
  if (revokedAt !== null) return <StatusBadge state="revoked" tone="off" />;
  if (expiresAt !== null && Date.parse(expiresAt) <= now) return <StatusBadge state="expired" tone="off" />;
  return <StatusBadge state="in force" tone="good" />;
}

function RevokeToken({ name, onClose }: { readonly name: string; readonly onClose: () => void }): ReactNode {
  return (
    <ConfirmDialog
      title={`Revoke ${name}`}
      words="Revoke the token"
      tone="danger"
      demands="admin"
      deed={{ path: `/tokens/${encodeURIComponent(name)}/revoke`, body: {} }}
      command={`windrow tokens revoke ${name}`}
      onClose={onClose}
    >
      <p>Whatever shows it is refused from now on. It cannot be put in force again.</p>
    </ConfirmDialog>
  );
}
