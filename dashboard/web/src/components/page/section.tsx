import { type ReactNode, useId } from 'react';

import styles from './page.module.css';

export interface SectionProps {
  readonly title: string;
  readonly children: ReactNode;
  /** Beside the heading: how many there are, a filter. */
  readonly beside?: ReactNode;
  readonly isCard?: boolean;
}

/** A part of a page with a heading of its own. */
export function Section({ title, children, beside, isCard = false }: SectionProps): ReactNode {
  const id = useId();
  return (
    <section className={styles['section']} aria-labelledby={id}>
      <header className={styles['sectionHead']}>
        <h2 id={id}>{title}</h2>
        {beside}
      </header>
      {isCard ? <div className={styles['card']}>{children}</div> : children}
    </section>
  );
}

/** Paper for things that belong together. */
export function Card({ children }: { readonly children: ReactNode }): ReactNode {
  return <div className={styles['card']}>{children}</div>;
}
