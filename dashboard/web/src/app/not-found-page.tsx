import type { ReactNode } from 'react';
import { useLocation } from 'wouter';

import { Link } from '../components/controls/link.tsx';
import { Page } from '../components/page/page.tsx';
import { EmptyState } from '../components/states/states.tsx';

/** For an address that no page has. */
export function NotFoundPage(): ReactNode {
  const [path] = useLocation();
  return (
    <Page title="Page not found">
      <EmptyState title={`There is no page ${path}`}>
        Look at the address, or go to <Link href="/">the first page</Link>.
      </EmptyState>
    </Page>
  );
}
