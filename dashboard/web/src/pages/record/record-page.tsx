import type { ReactNode } from 'react';
import { useParams } from 'wouter';

import type { RecordDetailJson } from '../../../../server/api/shapes/record.ts';
import { useRead } from '../../api/queries.ts';
import { Link } from '../../components/controls/link.tsx';
import { JsonView } from '../../components/json-view/json-view.tsx';
import { Why } from '../../components/operate/why.tsx';
import { Found } from '../../components/page/found.tsx';
import { Page } from '../../components/page/page.tsx';
import { Section } from '../../components/page/section.tsx';
import { Command, CopyButton } from '../../components/values/copy-button.tsx';
import { FactList } from '../../components/values/fact-list.tsx';
import { FailureBox } from '../../components/values/failure-box.tsx';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import { Duration, Nothing, Time, WindowTime } from '../../components/values/time.tsx';
import { RunTable } from '../runs/run-table.tsx';
import { AllFields } from './all-fields.tsx';
import { Counts } from './counts.tsx';
import { History } from './history.tsx';
import { LoadReceipt } from './load-receipt.tsx';
import { Phases } from './phases.tsx';
import { RecordActions } from './record-actions.tsx';
import { RecordDrift } from './record-drift.tsx';
import { RecordFiles } from './record-files.tsx';
import styles from './record-page.module.css';

/** One window of a pipeline: how far it is, what it counted, what happened to it, and how it is run again. */
export function RecordPage(): ReactNode {
  const { id } = useParams<{ readonly id: string }>();
  const reading = useRead<RecordDetailJson>(`/records/${id}`);
  return (
    <Found reading={reading} what="record" title={`Record ${id}`} trail={[{ text: 'Records', href: '/records' }]}>
      {(record) => <ShownRecord record={record} />}
    </Found>
  );
}

function ShownRecord({ record }: { readonly record: RecordDetailJson }): ReactNode {
  const { id, pipelineId, status } = record;
  return (
    <Page
      title={`Record ${id}`}
      trail={[
        { text: 'Records', href: '/records' },
        { text: pipelineId, href: `/dags/${encodeURIComponent(pipelineId)}` },
      ]}
      badge={
        <>
          <StatusBadge state={status} />
          <CopyButton text={String(id)} what="id of the record" />
        </>
      }
      actions={<RecordActions record={record} />}
    >
      <div className={styles['page']}>
        {record.error === null ? null : (
          <FailureBox failure={record.error}>
            <Command text={`windrow records rerun ${id}`} />
          </FailureBox>
        )}
        {status === 'COMPLETED' ? null : (
          <Why path={`/records/${id}/explain`} command={`windrow explain record ${id}`} />
        )}
        <FactList facts={factsOf(record)} />
        <Phases phases={record.phases} />
        <Counts record={record} />
      </div>
      {record.auditDetails === null ? null : (
        <Section title="Audit">
          <JsonView value={record.auditDetails} label="Details of the audit" />
        </Section>
      )}
      <Section title="Load">
        <LoadReceipt record={id} />
      </Section>
      <Section title="Files">
        <RecordFiles record={id} />
      </Section>
      <Section title="Schema drift">
        <RecordDrift record={id} />
      </Section>
      <Section title="Runs">
        <RunTable runs={record.runs} label="Runs of this record" />
      </Section>
      <Section title="History">
        <History record={id} />
      </Section>
      <Section title="All fields">
        <AllFields fields={record.fields} />
      </Section>
    </Page>
  );
}

function factsOf(record: RecordDetailJson): Readonly<Record<string, ReactNode>> {
  const { pipelineId, runId } = record;
  return {
    Window: <WindowTime window={record.window} />,
    Zone: record.window.zone,
    Pipeline: <Link href={`/dags/${encodeURIComponent(pipelineId)}`}>{pipelineId}</Link>,
    'Last run': runId === null ? <Nothing /> : <Link href={`/runs/${runId}`}>{`Run ${runId}`}</Link>,
    Took: <Duration from={record.startedAt} to={record.endedAt} />,
    'Re-runs': record.retries,
    Updated: <Time at={record.updatedAt} />,
  };
}
