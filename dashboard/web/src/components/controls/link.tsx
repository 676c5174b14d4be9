import type { ReactNode } from 'react';
import { Link as RouterLink } from 'wouter';

export interface LinkProps {
  readonly href: string;
  readonly children: ReactNode;
  readonly className?: string | undefined;
  readonly title?: string;
  readonly label?: string;
  readonly isCurrent?: boolean;
}

/** Pages that the server makes by itself; the browser loads them. */
const SERVER_PAGES = /^\/(queues|api)(\/|\?|$)/;

/** Leads to another page of ours without loading everything anew. */
export function Link({ href, children, className, title, label, isCurrent = false }: LinkProps): ReactNode {
  const current = isCurrent ? ('page' as const) : undefined;
  const shared = { className, title, 'aria-label': label, 'aria-current': current };
  if (SERVER_PAGES.test(href)) {
    return (
      <a href={href} {...shared}>
        {children}
      </a>
    );
  }
  return (
    <RouterLink href={href} {...shared}>
      {children}
    </RouterLink>
  );
}
