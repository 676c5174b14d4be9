import type { ReactNode } from 'react';

import { Page } from '../../components/page/page.tsx';
import { ForAdmins } from '../../components/states/for-admins.tsx';
import { Tokens } from './tokens.tsx';
import { Users } from './users.tsx';

/** Who may come in, and as what. */
export function AccessPage(): ReactNode {
  return (
    <Page
      title="Access"
      description="Who may come in: viewers look, operators also trigger, re-run, cancel and skip, admins also decide who may. People of an identity provider have the roles of their groups."
    >
      <ForAdmins>
        <Users />
        <Tokens />
      </ForAdmins>
    </Page>
  );
}
