import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';

import type { DagDetailJson } from '../../../../../server/api/shapes/dag.ts';
import type { TriggeredJson } from '../../../../../server/api/shapes/deed.ts';
import { DeedDialog } from '../../../components/operate/deed-dialog.tsx';
import { Form } from '../../../components/operate/form.tsx';
import { MomentField } from '../../../components/operate/moment-field.tsx';
import { ParamsField } from '../../../components/operate/params-field.tsx';
import { WindowTime } from '../../../components/values/time.tsx';
import { type RunForm, readRunForm, windowToName } from './run-form.ts';
import { TakenWindow, useTakenWindow } from './taken-window.tsx';

interface RunNowProps {
  readonly dag: DagDetailJson;
  readonly onClose: () => void;
}

/** Starts a run by hand, of a pipeline that of one window, and goes to its page. */
export function RunNow({ dag, onClose }: RunNowProps): ReactNode {
  const [form, setForm] = useState<RunForm>({ start: '', end: '', params: '' });
  const [, navigate] = useLocation();
  const { body, window: asked, command, isWhole, trouble } = readRunForm(dag, form);
  const taken = useTakenWindow(dag.id, asked);
  return (
    <DeedDialog<TriggeredJson>
      title={`Run ${dag.id} now`}
      words="Run it"
      deed={{ path: `/dags/${dag.id}/trigger`, body }}
      isReady={isWhole && taken === undefined}
      command={command}
      questions={
        <>
          <Questions
            dag={dag}
            form={form}
            trouble={trouble}
            onChange={(change) => setForm((before) => ({ ...before, ...change }))}
          />
          {taken === undefined ? null : <TakenWindow record={taken} />}
        </>
      }
      onClose={onClose}
      onDone={({ runId }) => (runId === null ? undefined : navigate(`/runs/${runId}`))}
    >
      {({ window }) => (
        <p role="status">
          {window === null ? (
            'One run starts as soon as a worker is free.'
          ) : (
            <>
              One run moves the window <WindowTime window={window} />.
            </>
          )}
          {dag.paused ? ' The dag is paused, and stays so; this run starts all the same.' : ''}
        </p>
      )}
    </DeedDialog>
  );
}

interface QuestionsProps {
  readonly dag: DagDetailJson;
  readonly form: RunForm;
  readonly trouble: string | undefined;
  readonly onChange: (change: Partial<RunForm>) => void;
}

const HINTS: Readonly<Record<ReturnType<typeof windowToName>, string | undefined>> = {
  none: undefined,
  newest: 'Without a window it runs the newest one that its source offers.',
  named: 'A run of a pipeline moves one window: say from when to when.',
};

function Questions({ dag, form, trouble, onChange }: QuestionsProps): ReactNode {
  const asked = windowToName(dag);
  return (
    <>
      {HINTS[asked] === undefined ? null : <p>{HINTS[asked]}</p>}
      <Form>
        {asked === 'none' ? null : (
          <>
            <MomentField label="Window from" value={form.start} onChange={(start) => onChange({ start })} />
            <MomentField label="Window to" value={form.end} onChange={(end) => onChange({ end })} />
          </>
        )}
        {dag.byHand?.takesParams === false ? null : (
          <ParamsField
            label="Params of the run"
            value={form.params}
            trouble={trouble}
            onChange={(params) => onChange({ params })}
          />
        )}
      </Form>
    </>
  );
}
