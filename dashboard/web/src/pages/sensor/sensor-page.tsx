import type { ReactNode } from 'react';
import { useParams } from 'wouter';

import type { SensorDetailJson } from '../../../../server/api/shapes/sensor.ts';
import { useList } from '../../api/queries.ts';
import { Link } from '../../components/controls/link.tsx';
import { MoreButton } from '../../components/data/more-button.tsx';
import { DeedHistory } from '../../components/operate/deed-history.tsx';
import { Found } from '../../components/page/found.tsx';
import { Page } from '../../components/page/page.tsx';
import { Section } from '../../components/page/section.tsx';
import { Command, CopyButton } from '../../components/values/copy-button.tsx';
import { FactList } from '../../components/values/fact-list.tsx';
import { FailureBox } from '../../components/values/failure-box.tsx';
import { Ago, Time } from '../../components/values/time.tsx';
import { spanText } from '../../format/length-text.ts';
import { CursorText, NextPoll, SensorBadge } from '../schedules/sensor-table.tsx';
import { useAskedAt } from '../schedules/use-asked-at.ts';
import { Holder } from './holder.tsx';
import { SensorActions } from './sensor-actions.tsx';
import { type SensorItemJson, SensorItems } from './sensor-items.tsx';
import styles from './sensor.module.css';

/** One sensor: what it has seen, how its last poll went, and what it found. */
export function SensorPage(): ReactNode {
  const { id } = useParams<{ readonly id: string }>();
  const { items, reading } = useList<SensorItemJson, SensorDetailJson>(`/sensors/${encodeURIComponent(id)}`);
  const sensor = reading.data?.pages[0];
  useAskedAt(sensor === undefined || sensor.paused ? [] : [sensor.nextPollAt], reading);
  return (
    <Found
      reading={{ ...reading, data: sensor }}
      what="sensor"
      title={id}
      trail={[{ text: 'Schedules and sensors', href: '/schedules' }]}
    >
      {(found) => (
        <ShownSensor sensor={found}>
          <SensorItems sensor={found.id} items={items} />
          <MoreButton reading={reading} what="items" />
        </ShownSensor>
      )}
    </Found>
  );
}

interface ShownSensorProps {
  readonly sensor: SensorDetailJson;
  readonly children: ReactNode;
}

function ShownSensor({ sensor, children }: ShownSensorProps): ReactNode {
  const { id, dagId, failures, lastError, lastErrorAt, heldBy, history } = sensor;
  return (
    <Page
      title={id}
      trail={[
        { text: 'Schedules and sensors', href: '/schedules' },
        { text: dagId, href: `/dags/${encodeURIComponent(dagId)}` },
      ]}
      badge={
        <>
          <SensorBadge sensor={sensor} />
          <CopyButton text={id} what="id of the sensor" />
        </>
      }
      actions={<SensorActions sensor={sensor} />}
    >
      <div className={styles['page']}>
        {failures === 0 || lastError === null ? null : (
          <FailureBox failure={lastError}>
            <p>
              The last poll failed <Ago at={lastErrorAt} />; the cursor stays where it was.
            </p>
          </FailureBox>
        )}
        {heldBy === null ? null : <Holder sensor={id} item={heldBy} />}
        <FactList facts={factsOf(sensor)} />
        <Command text={`windrow sensors show ${id}`} />
      </div>
      <Section title="Items">{children}</Section>
      <Section title="History">
        <DeedHistory history={history} of="sensor" />
      </Section>
    </Page>
  );
}

function factsOf(sensor: SensorDetailJson): Readonly<Record<string, ReactNode>> {
  const { dagId, cursor, everyMs, order, lastPollAt, waitingItems, failures } = sensor;
  return {
    'Seen up to': <CursorText cursor={cursor} />,
    Starts: <Link href={`/dags/${encodeURIComponent(dagId)}`}>{dagId}</Link>,
    'Polls every': spanText(everyMs),
    'Last poll': <Time at={lastPollAt} />,
    'Last outcome': lastPollAt === null ? 'has not polled yet' : failures === 0 ? 'went well' : `failed ${failures}×`,
    'Next poll': <NextPoll sensor={sensor} />,
    'Waiting items': waitingItems.toLocaleString('en'),
    Order: order === 'strict' ? 'strict, one by one' : 'free, side by side',
  };
}
