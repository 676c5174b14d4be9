import type { ReactNode } from 'react';

import type { AssetJson } from '../../../../../server/api/shapes/asset.ts';
import { Link } from '../../../components/controls/link.tsx';
import { Card } from '../../../components/page/section.tsx';
import { CopyButton } from '../../../components/values/copy-button.tsx';
import { Ago } from '../../../components/values/time.tsx';
import { assetHref, lineageHref } from '../asset-address.ts';
import { AssetStatusBadge, CheckMarks, FreshnessBadge, Kinds } from '../asset-marks.tsx';
import styles from './lineage.module.css';

/** The asset that was chosen in a graph, in short, and the ways on from it. */
export function ChosenAsset({ asset }: { readonly asset: AssetJson }): ReactNode {
  const { key, statusText, description, last, checks, freshness, kinds } = asset;
  return (
    <Card>
      <div className={styles['chosen']}>
        <header>
          <span>
            <Link href={assetHref(key)}>{key}</Link> <CopyButton text={key} what="key of the asset" />
          </span>
          <AssetStatusBadge asset={asset} />
          <CheckMarks checks={checks} />
          <FreshnessBadge freshness={freshness} />
          <Kinds kinds={kinds} />
        </header>
        <p>
          {statusText} {last === null ? null : <Ago at={last.at} />}
        </p>
        {description === null ? null : <p className={styles['hint']}>{description}</p>}
        <p className={styles['ways']}>
          <Link href={assetHref(key)}>Open the asset</Link>
          <Link href={lineageHref(`2+${key}+2`)}>Two steps around it</Link>
          <Link href={lineageHref(`+${key}`)}>All that it is made from</Link>
          <Link href={lineageHref(`${key}+`)}>All that is made from it</Link>
        </p>
      </div>
    </Card>
  );
}
