import type { ReactNode } from 'react';

import type { AssetDetailJson } from '../../../../server/api/shapes/asset.ts';
import { Link } from '../../components/controls/link.tsx';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import { Ago } from '../../components/values/time.tsx';
import { assetHref } from '../assets/asset-address.ts';
import styles from './asset-page.module.css';

type Check = AssetDetailJson['checkList'][number];

interface CheckListProps {
  readonly asset: string;
  readonly checks: readonly Check[];
}

/** What looks at an asset, and what each said last. */
export function CheckList({ asset, checks }: CheckListProps): ReactNode {
  return (
    <ul className={styles['checks']} aria-label="Checks">
      {checks.map((check) => (
        <li key={check.name}>
          <Link href={assetHref(asset, { view: 'checks', check: check.name })}>{check.name}</Link>
          <CheckBadge {...(check.last ?? { passed: undefined, severity: check.severity })} />
          <span className={styles['hint']}>
            {check.blocking ? 'blocks what is downstream' : null}
            {check.last === null ? null : (
              <>
                {check.blocking ? ' · ' : ''}
                {check.last.partition} <Ago at={check.last.at} />
              </>
            )}
          </span>
          <p>{check.last?.description ?? check.description}</p>
        </li>
      ))}
    </ul>
  );
}

interface CheckBadgeProps {
  /** Undefined: it has not looked yet. */
  readonly passed: boolean | undefined;
  readonly severity: 'warn' | 'error';
}

export function CheckBadge({ passed, severity }: CheckBadgeProps): ReactNode {
  if (passed === undefined) return <StatusBadge state="none" words="not checked yet" />;
  if (passed) return <StatusBadge state="success" words="passed" />;
  return severity === 'error' ? (
    <StatusBadge state="failed" words="failed" />
  ) : (
    <StatusBadge state="warn" words="failed, a warning" />
  );
}
