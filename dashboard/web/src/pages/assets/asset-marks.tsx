import type { ReactNode } from 'react';

import type { AssetJson } from '../../../../server/api/shapes/asset.ts';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import styles from './assets.module.css';

type Freshness = AssetJson['freshness'];

/** How an asset stands; the sentence is there on hover. */
export function AssetStatusBadge({ asset }: { readonly asset: Pick<AssetJson, 'status' | 'statusText'> }): ReactNode {
  return (
    <span title={asset.statusText}>
      <StatusBadge state={asset.status} />
    </span>
  );
}

const FRESHNESS_WORDS = {
  fresh: 'fresh',
  warn: 'nearly overdue',
  overdue: 'overdue',
  unknown: 'freshness unknown',
} as const;

/** Whether the data is as young as its policy asks for. */
export function FreshnessBadge({ freshness }: { readonly freshness: Freshness }): ReactNode {
  if (freshness === null) return null;
  const { state, sentence } = freshness;
  return (
    <span title={sentence}>
      <StatusBadge state={state} words={FRESHNESS_WORDS[state]} />
    </span>
  );
}

/** How many checks passed last, and the names of those that failed. */
export function CheckMarks({ checks }: Pick<AssetJson, 'checks'>): ReactNode {
  const failed = checks.filter(({ passed }) => !passed);
  if (checks.length === 0) return null;
  if (failed.length === 0) {
    return (
      <StatusBadge state="success" words={checks.length === 1 ? 'check passed' : `${checks.length} checks passed`} />
    );
  }
  const isHard = failed.some(({ severity }) => severity === 'error');
  return (
    <span title={failed.map(({ name, description }) => `${name}: ${description ?? 'failed'}`).join('\n')}>
      <StatusBadge
        state={isHard ? 'failed' : 'warn'}
        words={checks.length === 1 ? 'check failed' : `${failed.length} of ${checks.length} checks failed`}
      />
    </span>
  );
}

/** The kinds of an asset as small words. */
export function Kinds({ kinds }: Pick<AssetJson, 'kinds'>): ReactNode {
  if (kinds.length === 0) return null;
  return (
    <span className={styles['kinds']}>
      {kinds.map((kind) => (
        <span key={kind}>{kind}</span>
      ))}
    </span>
  );
}

/** A key with what leads to its last name held back. */
export function AssetName({ name }: { readonly name: string }): ReactNode {
  const cut = name.lastIndexOf('/') + 1;
  return (
    <span className={styles['name']} title={name}>
      <span>{name.slice(0, cut)}</span>
      <b>{name.slice(cut)}</b>
    </span>
  );
}
