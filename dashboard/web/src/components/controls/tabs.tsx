import type { ReactNode } from 'react';

import { Link } from './link.tsx';
import styles from './controls.module.css';

export interface Tab {
  readonly href: string;
  readonly title: string;
  readonly isCurrent: boolean;
}

/** Views of one thing, each at an address of its own. */
export function Tabs({ label, tabs }: { readonly label: string; readonly tabs: readonly Tab[] }): ReactNode {
  return (
    <nav aria-label={label} className={styles['tabs']}>
      {tabs.map(({ href, title, isCurrent }) => (
        <Link key={href} href={href} isCurrent={isCurrent}>
          {title}
        </Link>
      ))}
    </nav>
  );
}
