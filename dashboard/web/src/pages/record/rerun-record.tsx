import { type ReactNode, useState } from 'react';

import type { RecordRerunJson } from '../../../../server/api/shapes/deed.ts';
import type { RecordDetailJson } from '../../../../server/api/shapes/record.ts';
import { Changes } from '../../components/operate/changes.tsx';
import { DeedDialog } from '../../components/operate/deed-dialog.tsx';
import { phaseWords } from './phase-words.ts';
import styles from './record-page.module.css';

interface RerunRecordProps {
  readonly record: RecordDetailJson;
  readonly onClose: () => void;
}

/** Runs a window again, whole or from a phase on; shows first what it keeps, repeats and resets. */
export function RerunRecord({ record, onClose }: RerunRecordProps): ReactNode {
  const phases = record.phases.map(({ phase }) => phase);
  const [from, setFrom] = useState(record.nextPhase ?? 'SOURCE_TO_STAGE');
  const questions = (
    <fieldset className={styles['choices']}>
      <legend>However often a window is run, the target ends the same.</legend>
      {phases.map((phase) => (
        <label key={phase}>
          <input type="radio" name="from" checked={phase === from} onChange={() => setFrom(phase)} />
          {title(phase)}
          {phase === record.nextPhase ? <span className={styles['kept']}>next to be done</span> : null}
        </label>
      ))}
    </fieldset>
  );
  return (
    <DeedDialog<RecordRerunJson>
      title={`Re-run record ${record.id}`}
      words={from === 'SOURCE_TO_STAGE' ? 'Re-run whole window' : `Re-run ${title(from).toLowerCase()}`}
      deed={{ path: `/records/${record.id}/rerun`, body: { from } }}
      command={`windrow records rerun ${record.id} --from ${from}`}
      questions={questions}
      onClose={onClose}
    >
      {({ keeps, repeats, resets }) => (
        <>
          <p className={styles['kept']}>
            {keeps.length === 0 ? 'Nothing is kept' : `Stays: ${keeps.map(phaseWords).join(', ')}`}. Done again:{' '}
            {repeats.map(phaseWords).join(', ')}.
          </p>
          <Changes changes={resets} />
        </>
      )}
    </DeedDialog>
  );
}

function title(phase: string): string {
  return phase === 'SOURCE_TO_STAGE' ? 'The whole window' : `From ${phaseWords(phase).toLowerCase()}`;
}
