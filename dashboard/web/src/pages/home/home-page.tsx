import type { ReactNode } from 'react';

import type { HomeJson } from '../../../../server/api/shapes/home.ts';
import { useRead } from '../../api/queries.ts';
import { Page } from '../../components/page/page.tsx';
import { Section } from '../../components/page/section.tsx';
import { Ready } from '../../components/states/states.tsx';
import { Activity } from './activity.tsx';
import { Failures } from './failures.tsx';
import { Happenings } from './happenings.tsx';
import styles from './home-page.module.css';
import { LateWindows } from './late-windows.tsx';
import { LoadedWindows } from './loaded-windows.tsx';
import { RunningRuns } from './running-runs.tsx';
import { Tiles } from './tiles.tsx';

/** What failed, what is late, what runs, and what the last day brought. */
export function HomePage(): ReactNode {
  const reading = useRead<HomeJson>('/home');
  return (
    <Page title="Home">
      <Ready reading={reading} what="the overview">
        {(home) => <Overview home={{ ...home, late: unfailed(home.late) }} />}
      </Ready>
    </Page>
  );
}

function Overview({ home }: { readonly home: HomeJson }): ReactNode {
  const needed = needsOf(home);
  return (
    <>
      <Tiles home={home} />
      {needed.filter(({ count }) => count > 0).map(section)}
      <Section title="Last 24 hours" isCard>
        <Activity activity={home.activity} now={home.now} />
      </Section>
      <div className={styles['beside']}>
        <Section title="Completed windows">
          <LoadedWindows records={home.loaded} />
        </Section>
        <Section title="What happened">
          <Happenings happenings={home.happenings} />
        </Section>
      </div>
      <div className={styles['calm']}>{needed.filter(({ count }) => count === 0).map(section)}</div>
    </>
  );
}

interface Need {
  readonly title: string;
  readonly count: number;
  readonly content: ReactNode;
}

/** What may need somebody: it stands first where there is any. */
function needsOf({ failedRecords, failedRuns, late, running }: HomeJson): readonly Need[] {
  const failed = failedRecords.length + failedRuns.length;
  return [
    { title: 'Failed', count: failed, content: <Failures records={failedRecords} runs={failedRuns} /> },
    { title: 'Late', count: late.length, content: <LateWindows late={late} /> },
    { title: 'Running', count: running.length, content: <RunningRuns runs={running} /> },
  ];
}

function section({ title, content }: Need): ReactNode {
  return (
    <Section key={title} title={title}>
      {content}
    </Section>
  );
}

/** Windows that failed stand in a list of their own. */
function unfailed(late: HomeJson['late']): HomeJson['late'] {
  return late.filter(({ status }) => status !== 'FAILED');
}
