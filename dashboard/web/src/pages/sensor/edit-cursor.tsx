import { type ReactNode, useState } from 'react';

import type { CursorAnswerJson, SensorJson } from '../../../../server/api/shapes/sensor.ts';
import { Choice } from '../../components/controls/choice.tsx';
import { DeedDialog } from '../../components/operate/deed-dialog.tsx';
import { Form, Wide } from '../../components/operate/form.tsx';
import { JsonField } from '../../components/operate/json-field.tsx';
import { PreviewList } from '../../components/operate/preview-list.tsx';
import { WindowTime } from '../../components/values/time.tsx';
import { type CursorForm, readCursorForm } from './cursor-form.ts';
import styles from './sensor.module.css';

interface EditCursorProps {
  readonly sensor: SensorJson;
  readonly onClose: () => void;
}

const DEEDS = [
  { value: 'set', words: 'set it' },
  { value: 'reset', words: 'begin anew, without one' },
] as const;

/** Changes what a sensor counts as seen, and shows first what a poll with that cursor finds. */
export function EditCursor({ sensor: { id, cursor }, onClose }: EditCursorProps): ReactNode {
  const [form, setForm] = useState<CursorForm>({ deed: 'set', text: cursor === null ? '' : JSON.stringify(cursor) });
  const { body, command, trouble } = readCursorForm(id, form);
  return (
    <DeedDialog<CursorAnswerJson>
      title={`Cursor of ${id}`}
      words={form.deed === 'reset' ? 'Reset the cursor' : 'Set the cursor'}
      deed={{ path: `/sensors/${encodeURIComponent(id)}/cursor`, body }}
      isReady={trouble === undefined}
      command={command}
      questions={
        <Form>
          <Choice
            label="Cursor"
            value={form.deed}
            options={DEEDS}
            onChange={(deed) => setForm((before) => ({ ...before, deed }))}
          />
          {form.deed === 'reset' ? null : (
            <Wide>
              <JsonField
                label="New cursor, as JSON"
                value={form.text}
                example={cursor === null ? '"2026-01-20"' : JSON.stringify(cursor)}
                trouble={trouble}
                onChange={(text) => setForm((before) => ({ ...before, text }))}
              />
            </Wide>
          )}
        </Form>
      }
      onClose={onClose}
    >
      {({ poll }) => (poll === null ? null : <Polled poll={poll} />)}
    </DeedDialog>
  );
}

function Polled({ poll }: { readonly poll: NonNullable<CursorAnswerJson['poll']> }): ReactNode {
  const { total, fresh, items, cursor, more } = poll;
  return (
    <div className={styles['polled']}>
      <p role="status">
        A poll with this cursor finds <strong>{total === 1 ? '1 item' : `${total.toLocaleString('en')} items`}</strong>
        {more ? ', and there are more' : ''}: {fresh.toLocaleString('en')} would start
        {total === fresh ? '' : `, ${(total - fresh).toLocaleString('en')} are known and stay as they are`}. The cursor
        would then be <code>{JSON.stringify(cursor)}</code>.
      </p>
      {items.length === 0 ? null : (
        <PreviewList label="Items of the poll" more={total - items.length}>
          {items.map(({ key, known, becomes }) => (
            <li key={key} data-known={known}>
              <span>{key}</span>
              {becomes === null ? null : <WindowTime window={becomes} />}
              <span>{known ? 'known, stays' : 'would start'}</span>
            </li>
          ))}
        </PreviewList>
      )}
    </div>
  );
}
