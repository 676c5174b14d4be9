import type { ReactNode } from 'react';

import type { Tone } from '../../format/tone.ts';
import { Link } from '../controls/link.tsx';
import styles from './data.module.css';

export interface BarPart {
  readonly tone: Tone;
  /** Its share of the full height, 0 to 1. */
  readonly share: number;
}

export interface Bar {
  readonly key: string | number;
  readonly parts: readonly BarPart[];
  /** Everything that the bar shows, in words. */
  readonly title: string;
  readonly href?: string;
}

export interface BarsProps {
  readonly label: string;
  readonly bars: readonly Bar[];
  readonly size?: 'small' | 'large';
}

/** Small bars beside each other, the oldest first; each says in words what it shows and may lead there. */
export function Bars({ label, bars, size = 'small' }: BarsProps): ReactNode {
  return (
    <ol className={`${styles['bars']} ${styles[size]}`} aria-label={label}>
      {bars.map((bar) => (
        <li key={bar.key} title={bar.title}>
          {bar.href === undefined ? (
            <span className={styles['bar']} role="img" aria-label={bar.title}>
              <Parts parts={bar.parts} />
            </span>
          ) : (
            <Link href={bar.href} className={styles['bar']} label={bar.title}>
              <Parts parts={bar.parts} />
            </Link>
          )}
        </li>
      ))}
    </ol>
  );
}

function Parts({ parts }: { readonly parts: readonly BarPart[] }): ReactNode {
  return parts
    .filter(({ share }) => share > 0)
    .map(({ tone, share }) => (
      <i key={tone} className={styles[tone]} style={{ height: `${Math.max(share * 100, 6)}%` }} />
    ));
}
