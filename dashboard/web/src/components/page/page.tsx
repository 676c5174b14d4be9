import { type ReactNode, type RefObject, useEffect, useRef } from 'react';
import { useLocation } from 'wouter';

import { Link } from '../controls/link.tsx';
import styles from './page.module.css';

export interface Step {
  readonly text: string;
  readonly href: string;
}

export interface PageProps {
  /** The heading, and with it the name of the browser's tab. */
  readonly title: string;
  /** The way here: lists and things above this page. */
  readonly trail?: readonly Step[];
  /** Beside the heading, such as a state. */
  readonly badge?: ReactNode;
  readonly description?: ReactNode;
  /** What can be done here. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** The frame of every page: where it is, what it is called, what can be done. */
export function Page({ title, trail = [], badge, description, actions, children }: PageProps): ReactNode {
  useEffect(() => {
    document.title = `${title} · Windrow`;
  }, [title]);
  const heading = useFocusOnArrival();
  return (
    <>
      <header className={styles['head']}>
        <div className={styles['names']}>
          {trail.length === 0 ? null : <Trail steps={trail} />}
          <div className={styles['title']}>
            <h1 ref={heading} tabIndex={-1}>
              {title}
            </h1>
            {badge}
          </div>
          {description === undefined ? null : <p className={styles['description']}>{description}</p>}
        </div>
        {actions === undefined ? null : <div className={styles['actions']}>{actions}</div>}
      </header>
      {children}
    </>
  );
}

function Trail({ steps }: { readonly steps: readonly Step[] }): ReactNode {
  return (
    <nav aria-label="Breadcrumbs">
      <ol className={styles['trail']}>
        {steps.map(({ text, href }) => (
          <li key={href}>
            <Link href={href}>{text}</Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** Readers of the screen hear the heading of a page that they came to by a link; the first page is read by itself. */
function useFocusOnArrival(): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  const [path] = useLocation();
  useEffect(() => {
    const cameByLink = document.documentElement.dataset['arrived'] !== undefined;
    if (cameByLink) heading.current?.focus({ preventScroll: true });
    document.documentElement.dataset['arrived'] = path;
  }, [path]);
  return heading;
}
