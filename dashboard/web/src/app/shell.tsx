import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';

import { useLive } from '../api/live.ts';
import { covers, useSession } from '../api/session.ts';
import { Link } from '../components/controls/link.tsx';
import { Icon } from '../components/values/icon.tsx';
import { LiveMark } from './live-mark.tsx';
import { NAVIGATION } from './routes.tsx';
import styles from './shell.module.css';
import { ThemeSwitch, ZoneSwitch } from './switches.tsx';
import { Who } from './who.tsx';

/** What stands around every page: the ways in on the left, and below them what the viewer may set. */
export function Shell({ children }: { readonly children: ReactNode }): ReactNode {
  const [path] = useLocation();
  // A menu that was opened on one page is closed on the next.
  const [openAt, setOpenAt] = useState<string | undefined>();
  const isOpen = openAt === path;
  const live = useLive();
  const role = useSession()?.role;
  const entries = NAVIGATION.filter(
    ({ demands }) => demands === undefined || (role !== undefined && covers(role, demands)),
  );
  return (
    <div className={styles['shell']}>
      <a className={styles['skip']} href="#main">
        Skip to the content
      </a>
      <header className={styles['side']} data-open={isOpen}>
        <div className={styles['top']}>
          <Link href="/" className={styles['brand']}>
            <img src="/windrow.svg" alt="" width="24" height="24" />
            Windrow
          </Link>
          <button
            type="button"
            className={styles['opener']}
            aria-expanded={isOpen}
            aria-controls="side"
            onClick={() => setOpenAt(isOpen ? undefined : path)}
          >
            <Icon name="menu" />
            <span className="unseen">Menu</span>
          </button>
        </div>
        <div id="side" className={styles['inside']}>
          <nav aria-label="Main">
            <ul className={styles['ways']}>
              {entries.map(({ href, title, icon }) => (
                <li key={href}>
                  <Link href={href} isCurrent={isWithin(path, href)}>
                    <Icon name={icon} />
                    {title}
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
          <div className={styles['foot']}>
            <LiveMark state={live} />
            <Who />
            <ZoneSwitch />
            <ThemeSwitch />
          </div>
        </div>
      </header>
      <main id="main" className={styles['main']} tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

function isWithin(path: string, href: string): boolean {
  return href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`);
}
