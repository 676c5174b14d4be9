import { type ReactNode, useMemo } from 'react';

import type { AssetPlotsJson } from '../../../../server/api/shapes/asset.ts';
import { useRead } from '../../api/queries.ts';
import { useZone } from '../../app/preferences.ts';
import { metadataFormat, metadataName } from '../../components/metadata/metadata-text.ts';
import { Section } from '../../components/page/section.tsx';
import { Plot } from '../../components/plot/plot.tsx';
import { Ready } from '../../components/states/states.tsx';
import { assetPath } from '../assets/asset-address.ts';
import styles from './asset-page.module.css';
import { plottedPoints } from './plotted-points.ts';

/** The numbers that were told with each materialization, over partitions. */
export function Plots({ asset }: { readonly asset: string }): ReactNode {
  const reading = useRead<AssetPlotsJson>(`${assetPath(asset)}/plots`);
  return (
    <Ready reading={reading} what="plots">
      {({ series }) => {
        const shown = series.filter(({ points }) => points.length > 1);
        if (shown.length === 0) return null;
        return (
          <Section title="Numbers over partitions">
            <div className={styles['plots']}>
              {shown.map((one) => (
                <OnePlot key={one.name} series={one} />
              ))}
            </div>
          </Section>
        );
      }}
    </Ready>
  );
}

function OnePlot({ series }: { readonly series: AssetPlotsJson['series'][number] }): ReactNode {
  const zone = useZone();
  const { name, type, points } = series;
  const plotted = useMemo(() => plottedPoints(points, zone), [points, zone]);
  return <Plot title={metadataName(name)} points={plotted} text={metadataFormat(type)} />;
}
