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
        {(home) => <Overview home={home} />}
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
  /** Where only some of them stand here, which ones. */
  readonly part?: string | undefined;
  readonly content: ReactNode;
}

/** What may need somebody: it stands first where there is any. */
function needsOf({ counts, failedRecords, failedRuns, late, running }: HomeJson): readonly Need[] {
  const failed = failedRecords.length + failedRuns.length;
  return [
    {
      title: 'Failed',
      count: failed,
      part: partOf('the newest', failed, counts.failedWindows + counts.failedRuns),
      content: <Failures records={failedRecords} runs={failedRuns} />,
    },
    {
      title: 'Late',
      count: late.length,
      part: partOf('the oldest of each pipeline,', late.length, counts.lateWindows),
      content: <LateWindows late={late} />,
    },
    {
      title: 'Running',
      count: running.length,
      part: partOf('the newest', running.length, counts.runningRuns),
      content: <RunningRuns runs={running} />,
    },
  ];
}

function partOf(which: string, shown: number, all: number): string | undefined {
  return shown < all ? `${which} ${shown} of ${all.toLocaleString('en')}` : undefined;
}

function section({ title, part, content }: Need): ReactNode {
  return (
    <Section
      key={title}
      title={title}
      beside={part === undefined ? undefined : <span className={styles['part']}>{part}</span>}
    >
      {content}
    </Section>
  );
}
