import type { ReactNode } from 'react';

import { useZone } from '../../app/preferences.ts';
import { Link } from '../../components/controls/link.tsx';
import { windowText } from '../../format/time-text.ts';
import { stateWords, toneOf } from '../../format/tone.ts';
import styles from './backfill.module.css';
import type { BackfillWindowJson } from './use-backfill.ts';

/** Every window as a small square in the order in which they run; one that has a run leads to it. */
export function WindowStrip({ windows }: { readonly windows: readonly BackfillWindowJson[] }): ReactNode {
  const zone = useZone();
  return (
    <ol className={styles['strip']} aria-label="Windows in the order in which they run">
      {windows.map(({ position, window, state, runId }) => {
        const when = windowText(Date.parse(window.start), Date.parse(window.end), zone);
        const words = `${when}: ${stateWords(state)}`;
        return (
          <li key={position} title={words} data-tone={toneOf(state)}>
            {runId === null ? (
              <span role="img" aria-label={words} />
            ) : (
              <Link href={`/runs/${runId}`} label={`${words}, run ${runId}`}>
                {null}
              </Link>
            )}
          </li>
        );
      })}
    </ol>
  );
}
