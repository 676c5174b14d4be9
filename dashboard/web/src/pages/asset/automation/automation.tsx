import type { ReactNode } from 'react';

import type { AssetAutomationJson, AssetDetailJson } from '../../../../../server/api/shapes/asset.ts';
import { useRead } from '../../../api/queries.ts';
import { Link } from '../../../components/controls/link.tsx';
import { Card, Section } from '../../../components/page/section.tsx';
import { EmptyState, ErrorState, Ready } from '../../../components/states/states.tsx';
import { FactList } from '../../../components/values/fact-list.tsx';
import { Ago, Duration, Nothing, Time } from '../../../components/values/time.tsx';
import { assetPath } from '../../assets/asset-address.ts';
import styles from './automation.module.css';
import { VerdictTree } from './verdict-tree.tsx';

type Evaluation = AssetAutomationJson['evaluations'][number];
type Status = NonNullable<AssetAutomationJson['status']>;

/** What an automation asked for and why, or why it asked for nothing. */
export function Automation({ asset: { key } }: { readonly asset: AssetDetailJson }): ReactNode {
  const reading = useRead<AssetAutomationJson>(`${assetPath(key)}/automation`);
  return (
    <Ready reading={reading} what="automation">
      {({ status, evaluations, runs }) =>
        status === null ? (
          <EmptyState title="Nothing makes it by itself">
            It is made by the schedule of its dag or by hand. An asset with automation: onParentsFresh() asks for
            itself.
          </EmptyState>
        ) : (
          <>
            <StatusFacts status={status} />
            <Evaluations evaluations={evaluations} />
            <Runs runs={runs} />
          </>
        )
      }
    </Ready>
  );
}

function StatusFacts({ status }: { readonly status: Status }): ReactNode {
  const { automation, attachedAt, evaluatedAt, refusal } = status;
  return (
    <div className={styles['status']}>
      <FactList
        facts={{
          Automation: automation,
          Since: <Time at={attachedAt} precision="minute" />,
          'Evaluated last': evaluatedAt === null ? 'not yet' : <Ago at={evaluatedAt} />,
        }}
      />
      {refusal === null ? null : <ErrorState error={new Refused(refusal)} />}
    </div>
  );
}

class Refused extends Error {
  override readonly name = 'What it asked for was refused';
}

function Evaluations({ evaluations }: Pick<AssetAutomationJson, 'evaluations'>): ReactNode {
  const [newest, ...older] = evaluations;
  if (newest === undefined) return <EmptyState title="It was not evaluated yet" />;
  return (
    <>
      <Section title="Why" beside={<Span evaluation={newest} />}>
        <Card>
          <Answer evaluation={newest} />
        </Card>
      </Section>
      {older.length === 0 ? null : (
        <Section title="Earlier answers">
          <ol className={styles['earlier']}>
            {older.map((evaluation) => (
              <li key={evaluation.firstAt}>
                <details>
                  <summary>
                    <Time at={evaluation.firstAt} /> {askedText(evaluation)}
                  </summary>
                  <Answer evaluation={evaluation} />
                </details>
              </li>
            ))}
          </ol>
        </Section>
      )}
    </>
  );
}

function Span({ evaluation: { firstAt, lastAt } }: { readonly evaluation: Evaluation }): ReactNode {
  return (
    <span className={styles['hint']}>
      the same answer since <Time at={firstAt} />, last <Ago at={lastAt} />
    </span>
  );
}

function Answer({ evaluation }: { readonly evaluation: Evaluation }): ReactNode {
  const { requests, verdicts } = evaluation;
  return (
    <div className={styles['answer']}>
      <p>
        <strong>{askedText(evaluation)}</strong>
      </p>
      {requests.map(({ partition, cause }) => (
        <p key={`${partition} ${cause}`}>
          Asked for {partition ?? 'the asset'}: {cause}
        </p>
      ))}
      {verdicts.map(({ partition, verdict }) => (
        <VerdictTree key={partition ?? ''} title={partition} verdict={verdict} />
      ))}
    </div>
  );
}

function askedText({ requests }: Evaluation): string {
  if (requests.length === 0) return 'Asked for nothing';
  return requests.length === 1 ? 'Asked for one partition' : `Asked for ${requests.length} partitions`;
}

function Runs({ runs }: Pick<AssetAutomationJson, 'runs'>): ReactNode {
  if (runs.length === 0) return null;
  return (
    <Section title="Runs that it started">
      <ol className={styles['earlier']}>
        {runs.map(({ runId, partition, cause, at, endedAt }) => (
          <li key={runId} className={styles['run']}>
            <Time at={at} />
            <Link href={`/runs/${runId}`}>{`run ${runId}`}</Link>
            {partition === null ? <Nothing /> : <code>{partition}</code>}
            <span>{cause}</span>
            <Duration from={at} to={endedAt} />
          </li>
        ))}
      </ol>
    </Section>
  );
}
