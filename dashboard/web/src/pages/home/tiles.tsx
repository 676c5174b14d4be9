import type { ReactNode } from 'react';

import type { HomeJson } from '../../../../server/api/shapes/home.ts';
import { Link } from '../../components/controls/link.tsx';
import { Icon, type IconName } from '../../components/values/icon.tsx';
import type { Tone } from '../../format/tone.ts';
import styles from './home-page.module.css';

interface Tile {
  readonly title: string;
  readonly count: number;
  readonly words: string;
  readonly href: string;
  readonly icon: IconName;
  readonly tone: Tone;
}

/** The state of everything in one line of figures. */
export function Tiles({ home }: { readonly home: HomeJson }): ReactNode {
  return (
    <ul className={styles['tiles']} aria-label="At a glance">
      {tilesOf(home).map(({ title, count, words, href, icon, tone }) => (
        <li key={title}>
          <Link href={href} className={`${styles['tile']} ${styles[tone]}`}>
            <Icon name={icon} size={15} />
            <span className={styles['tileTitle']}>{title}</span>
            <strong>{count.toLocaleString('en')}</strong>
            <small>{words}</small>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function tilesOf(home: HomeJson): readonly Tile[] {
  return [failedTile(home), lateTile(home), runningTile(home), ...standingTiles(home)];
}

function failedTile({ counts: { failedWindows, failedRuns } }: HomeJson): Tile {
  const count = failedWindows + failedRuns;
  const href = failedWindows === 0 && failedRuns > 0 ? '/runs?state=failed' : '/records?status=FAILED';
  const shared = { title: 'Failed', count, href };
  if (count === 0) return { ...shared, words: 'nothing to repair', icon: 'check', tone: 'good' };
  return { ...shared, words: 'windows and runs to repair', icon: 'cross', tone: 'bad' };
}

function lateTile({ counts: { lateWindows: count } }: HomeJson): Tile {
  const shared = { title: 'Late', count, href: '/records?status=PENDING' };
  if (count === 0) return { ...shared, words: 'every window is in time', icon: 'check', tone: 'good' };
  return { ...shared, words: 'windows behind their time', icon: 'wait', tone: 'waiting' };
}

function runningTile({ counts: { runningRuns: count } }: HomeJson): Tile {
  const shared = { title: 'Running', count, href: '/runs?state=running', icon: 'turn' } as const;
  if (count === 0) return { ...shared, words: 'nothing runs now', tone: 'off' };
  return { ...shared, words: 'runs at this moment', tone: 'busy' };
}

function standingTiles({ dags, processes: { workers, schedulers } }: HomeJson): readonly Tile[] {
  const paused = dags.paused === 0 ? 'all are active' : `active, ${dags.paused} paused`;
  const others = `${schedulers} ${schedulers === 1 ? 'scheduler' : 'schedulers'}`;
  const isStaffed = workers > 0 && schedulers > 0;
  return [
    { title: 'Dags', count: dags.active, words: paused, href: '/dags', icon: 'dags', tone: 'off' },
    {
      title: 'Workers',
      count: workers,
      words: others,
      href: '/system',
      icon: 'system',
      tone: isStaffed ? 'off' : 'bad',
    },
  ];
}
