import type { ReactNode } from 'react';

import type { RecordEventJson } from '../../../../server/api/shapes/record.ts';
import { useRead } from '../../api/queries.ts';
import { Link } from '../../components/controls/link.tsx';
import { JsonView } from '../../components/json-view/json-view.tsx';
import { EmptyState, Ready } from '../../components/states/states.tsx';
import { Time } from '../../components/values/time.tsx';
import { eventWords } from './event-words.ts';
import styles from './record-page.module.css';

/** Everything that happened to a window over all its runs, newest first. */
export function History({ record }: { readonly record: number }): ReactNode {
  const reading = useRead<{ readonly items: readonly RecordEventJson[] }>(`/records/${record}/events`);
  return (
    <Ready reading={reading} what="history">
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState title="Nothing has happened yet" />
        ) : (
          <ol className={styles['history']}>
            {items.toReversed().map((event) => (
              <li key={event.id}>
                <Happened event={event} />
              </li>
            ))}
          </ol>
        )
      }
    </Ready>
  );
}

function Happened({ event }: { readonly event: RecordEventJson }): ReactNode {
  const { at, kind, runId, taskId, details } = event;
  const told = (
    <>
      <Time at={at} />
      <strong>{eventWords(kind)}</strong>
    </>
  );
  const link =
    runId === null ? null : (
      <Link href={taskId === null ? `/runs/${runId}` : `/runs/${runId}?${new URLSearchParams({ task: taskId })}`}>
        {taskId === null ? `run ${runId}` : `run ${runId} · ${taskId}`}
      </Link>
    );
  if (Object.keys(details).length === 0) {
    return (
      <div className={styles['event']}>
        {told}
        {link}
      </div>
    );
  }
  return (
    <div className={styles['event']}>
      <details>
        <summary className={styles['event']}>{told}</summary>
        <JsonView value={details} label={`Details of ${eventWords(kind)}`} />
      </details>
      {link}
    </div>
  );
}
