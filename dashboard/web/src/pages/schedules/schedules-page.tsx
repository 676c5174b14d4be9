import type { ReactNode } from 'react';

import type { ScheduleJson } from '../../../../server/api/shapes/schedule.ts';
import type { SensorJson } from '../../../../server/api/shapes/sensor.ts';
import { useList, useRead } from '../../api/queries.ts';
import { Listing } from '../../components/filter/listing.tsx';
import { Page } from '../../components/page/page.tsx';
import { Section } from '../../components/page/section.tsx';
import { EmptyState, Ready } from '../../components/states/states.tsx';
import { ScheduleTable } from './schedule-table.tsx';
import { SensorTable } from './sensor-table.tsx';
import { useAskedAt } from './use-asked-at.ts';

interface Sensors {
  readonly items: readonly SensorJson[];
}

/** What starts runs by itself: schedules with their next windows, and sensors with what they have seen. */
export function SchedulesPage(): ReactNode {
  const schedules = useList<ScheduleJson>('/schedules');
  const sensors = useRead<Sensors>('/sensors');
  const polls = sensors.data?.items.flatMap(({ nextPollAt, paused }) => (paused ? [] : [nextPollAt])) ?? [];
  useAskedAt(polls, sensors);
  return (
    <Page title="Schedules and sensors" description="What starts runs by itself, and when it does so next.">
      <Section title="Schedules">
        <Listing list={schedules} what="schedules" whenEmpty="A dag with a schedule stands here with its next window.">
          {(items) => <ScheduleTable schedules={items} />}
        </Listing>
      </Section>
      <Section title="Sensors">
        <Ready reading={sensors} what="sensors">
          {({ items }) =>
            items.length === 0 ? (
              <EmptyState title="No sensors">
                A sensor starts a run of its dag for each new thing that it finds.
              </EmptyState>
            ) : (
              <SensorTable sensors={items} />
            )
          }
        </Ready>
      </Section>
    </Page>
  );
}
