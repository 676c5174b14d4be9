import type { ReactNode } from 'react';

import type { AssetDetailJson, AssetJson } from '../../../../server/api/shapes/asset.ts';
import { Link } from '../../components/controls/link.tsx';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import { toneOf } from '../../format/tone.ts';
import { assetHref } from '../assets/asset-address.ts';
import styles from './asset-page.module.css';
import { checkSentence } from './check-sentence.ts';
import { heldBy } from './held-by.ts';

/** Why an asset is not as it should be: its own reasons, the checks that failed, and parents that hold it back. */
export function Standing({ asset }: { readonly asset: AssetDetailJson }): ReactNode {
  const { key, status, statusText, unsynced, checks } = asset;
  const failed = checks.filter(({ passed }) => !passed);
  const holding = heldBy(asset);
  const newer = unsynced.filter(({ kind }) => kind !== 'missing');
  if (toneOf(status) === 'good' && failed.length + holding.length + newer.length === 0) return null;
  return (
    <section className={styles['standing']} data-tone={toneOf(status)} aria-label="How it stands">
      <p>
        <StatusBadge state={status} /> {STATUS_TEXTS[status] ?? statusText}
      </p>
      <ul>
        {newer.map(({ text, parent, partition }) => (
          <li key={`${text} ${parent} ${partition}`}>
            {capitalized(text)}. {parent === null ? null : <Link href={assetHref(parent)}>See {parent}</Link>}
          </li>
        ))}
        {failed.map((check) => (
          <li key={check.name}>
            <Link href={assetHref(key, { view: 'checks', check: check.name })}>Check {check.name}</Link>
            {checkSentence(check)}
          </li>
        ))}
        {holding.map(({ parent, why }) => (
          <li key={parent.key}>
            <Held parent={parent} /> {why}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Where the list below says all. */
const STATUS_TEXTS: Partial<Record<AssetJson['status'], string>> = {
  check_failed: 'What was made did not pass its checks.',
  unsynced: 'It is out of step with what it is made from.',
};

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function Held({ parent }: { readonly parent: AssetJson }): ReactNode {
  return (
    <>
      It is made from <Link href={assetHref(parent.key)}>{parent.key}</Link>:
    </>
  );
}
