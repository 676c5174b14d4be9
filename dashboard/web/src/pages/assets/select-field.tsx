import { type ReactNode, useId, useState } from 'react';

import { Button } from '../../components/controls/button.tsx';
import styles from './select-field.module.css';
import type { SelectionMistake } from './selection-mistake.ts';

interface SelectFieldProps {
  /** What is selected now. */
  readonly value: string;
  readonly mistake: SelectionMistake | undefined;
  readonly onSelect: (select: string) => void;
}

/** A field for the language that selects assets. A mistake is shown at its place. */
export function SelectField({ value, mistake, onSelect }: SelectFieldProps): ReactNode {
  const [draft, setDraft] = useState({ of: value, text: value });
  const id = useId();
  // The address changes by links too.
  const text = draft.of === value ? draft.text : value;
  return (
    <form
      className={styles['form']}
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onSelect(text.trim());
      }}
    >
      <div className={styles['line']}>
        <label htmlFor={id}>Select</label>
        <input
          id={id}
          type="text"
          value={text}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          placeholder="group:veeva and not kind:view"
          aria-invalid={mistake !== undefined}
          aria-describedby={mistake === undefined ? undefined : `${id}-mistake`}
          onChange={(event) => setDraft({ of: value, text: event.target.value })}
        />
        <Button type="submit">Select</Button>
        {value === '' ? null : (
          <Button tone="quiet" onClick={() => onSelect('')}>
            All
          </Button>
        )}
      </div>
      {mistake === undefined ? null : (
        <div id={`${id}-mistake`} className={styles['mistake']} role="alert">
          <Place text={value} at={mistake.at} />
          <p>{mistake.sentence}</p>
        </div>
      )}
      <Language />
    </form>
  );
}

/** The text with the place marked at which it cannot be read. */
function Place({ text, at }: { readonly text: string; readonly at: number | undefined }): ReactNode {
  if (at === undefined) return null;
  const rest = text.slice(at);
  const [word = ''] = /^[^\s()]+|^./.exec(rest) ?? [];
  return (
    <code>
      {text.slice(0, at)}
      <mark>{word === '' ? '\u00a0' : word}</mark>
      {rest.slice(word.length)}
    </code>
  );
}

const EXAMPLES: readonly (readonly [string, string])[] = [
  ['group:veeva', 'all of a group; also kind:table, owner:data@example.com, tag:tier=gold, dag:nightly'],
  ['key:"redshift/*"', 'keys by a pattern; a key that is written out may stand alone'],
  ['+marts/report', 'an asset with all that it is made from; 2+marts/report goes two steps'],
  ['stage/orders+', 'an asset with all that is made from it; stage/orders+1 goes one step'],
  ['group:veeva and not (kind:view or owner:x)', 'joined by and, or, not, parentheses'],
];

function Language(): ReactNode {
  return (
    <details className={styles['language']}>
      <summary>How to select</summary>
      <dl>
        {EXAMPLES.map(([example, meaning]) => (
          <div key={example}>
            <dt>
              <code>{example}</code>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
