import type { ReactNode } from 'react';

import type { AssetEventJson } from '../../../../server/api/shapes/asset.ts';
import { Link } from '../../components/controls/link.tsx';
import { MetadataList } from '../../components/metadata/metadata-list.tsx';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import { Time } from '../../components/values/time.tsx';
import styles from './asset-page.module.css';
import { CheckBadge } from './check-list.tsx';

/** What happened to an asset; each opens to what it tells of itself. */
export function EventList({ events }: { readonly events: readonly AssetEventJson[] }): ReactNode {
  return (
    <ol className={styles['events']} aria-label="Events">
      {events.map((event) => (
        <li key={event.id}>
          <Happened event={event} />
          <Told event={event} />
        </li>
      ))}
    </ol>
  );
}

function Happened({ event }: { readonly event: AssetEventJson }): ReactNode {
  const { at, partition, runId, taskId } = event;
  return (
    <div className={styles['event']}>
      <Time at={at} />
      {event.kind === 'check' ? (
        <>
          <strong>{event.name}</strong>
          <CheckBadge passed={event.passed} severity={event.severity} />
        </>
      ) : (
        <StatusBadge state={event.kind === 'materialization' ? 'materialized' : 'observed'} />
      )}
      {partition === null ? null : <code>{partition}</code>}
      {runId === null ? null : (
        <Link href={taskId === null ? `/runs/${runId}` : `/runs/${runId}?${new URLSearchParams({ task: taskId })}`}>
          {`run ${runId}`}
        </Link>
      )}
      {event.kind !== 'check' && event.recordId !== null ? (
        <Link href={`/records/${event.recordId}`}>{`record ${event.recordId}`}</Link>
      ) : null}
    </div>
  );
}

function Told({ event }: { readonly event: AssetEventJson }): ReactNode {
  const count = Object.keys(event.metadata).length;
  const said = event.kind === 'check' ? event.description : null;
  return (
    <>
      {said === null ? null : <p className={styles['said']}>{said}</p>}
      {count === 0 ? null : (
        <details className={styles['told']}>
          <summary>{count === 1 ? '1 fact' : `${count} facts`}</summary>
          <MetadataList metadata={event.metadata} />
          {event.kind === 'check' ? null : (
            <p className={styles['hint']}>
              Data version <code>{event.dataVersion}</code>
              {event.codeVersion === null ? null : (
                <>
                  , code version <code>{event.codeVersion}</code>
                </>
              )}
            </p>
          )}
        </details>
      )}
    </>
  );
}
