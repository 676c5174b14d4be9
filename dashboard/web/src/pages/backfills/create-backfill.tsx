import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';

import type { BackfillAnswerJson } from '../../../../server/api/shapes/backfill.ts';
import { Choice } from '../../components/controls/choice.tsx';
import { DagFilter } from '../../components/filter/filter-bar.tsx';
import { DeedDialog } from '../../components/operate/deed-dialog.tsx';
import { CheckField, Form } from '../../components/operate/form.tsx';
import { MomentField } from '../../components/operate/moment-field.tsx';
import { ParamsField } from '../../components/operate/params-field.tsx';
import { TextField } from '../../components/operate/text-field.tsx';
import { backfillCommand } from '../backfill/backfill-command.ts';
import { type BackfillForm, readForm } from './backfill-form.ts';
import { PlannedWindows } from './planned-windows.tsx';

interface CreateBackfillProps {
  readonly dag: string | undefined;
  readonly onClose: () => void;
}

/** Asks for a stretch of time, and shows the windows of it with what would happen to each before anything does. */
export function CreateBackfill({ dag = '', onClose }: CreateBackfillProps): ReactNode {
  const [form, setForm] = useState<BackfillForm>({ ...EMPTY, dag });
  const [, navigate] = useLocation();
  const { wish, isWhole, trouble } = readForm(form);
  const { dag: dagId, ...asked } = wish;
  return (
    <DeedDialog<BackfillAnswerJson>
      title="New backfill"
      words="Create the backfill"
      deed={{ path: '/backfills', body: { dagId, ...asked } }}
      isReady={isWhole}
      command={backfillCommand(wish)}
      questions={
        <Questions
          form={form}
          trouble={trouble}
          onChange={(change) => setForm((before) => ({ ...before, ...change }))}
        />
      }
      onClose={onClose}
      onDone={({ backfill }) => (backfill === null ? undefined : navigate(`/backfills/${backfill.id}`))}
    >
      {(plan) => <PlannedWindows plan={plan} />}
    </DeedDialog>
  );
}

const EMPTY: BackfillForm = { dag: '', from: '', to: '', only: 'missing', maxActive: '4', reverse: false, params: '' };

const SELECTIONS = [
  { value: 'missing', words: 'missing: never brought to success' },
  { value: 'failed', words: 'failed: the last try failed' },
  { value: 'all', words: 'all, completed ones too' },
] as const;

interface QuestionsProps {
  readonly form: BackfillForm;
  readonly trouble: string | undefined;
  readonly onChange: (change: Partial<BackfillForm>) => void;
}

function Questions({ form, trouble, onChange }: QuestionsProps): ReactNode {
  return (
    <Form>
      <DagFilter value={form.dag} nothing="choose one" onChange={(dag) => onChange({ dag })} />
      <Choice label="Windows" value={form.only} options={SELECTIONS} onChange={(only) => onChange({ only })} />
      <MomentField label="From" value={form.from} onChange={(from) => onChange({ from })} />
      <MomentField label="To, itself not included" value={form.to} onChange={(to) => onChange({ to })} />
      <TextField
        label="At most so many at once"
        value={form.maxActive}
        onChange={(maxActive) => onChange({ maxActive })}
      />
      <CheckField
        label="The newest window first"
        isChecked={form.reverse}
        onChange={(reverse) => onChange({ reverse })}
      />
      <ParamsField
        label="Params of each run, where the dag takes any"
        value={form.params}
        trouble={trouble}
        onChange={(params) => onChange({ params })}
      />
    </Form>
  );
}
