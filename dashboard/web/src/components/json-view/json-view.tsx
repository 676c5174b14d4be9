import { type ReactNode, useState } from 'react';

import { type JsonLine, jsonLines } from './json-tree.ts';
import styles from './json-view.module.css';

/** A JSON value that opens and closes branch by branch. */
export function JsonView({ value, label }: { readonly value: unknown; readonly label: string }): ReactNode {
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const toggle = (path: string) =>
    setToggled((before) => {
      const after = new Set(before);
      if (!after.delete(path)) after.add(path);
      return after;
    });
  return (
    <div className={styles['view']} role="group" aria-label={label}>
      {jsonLines(value, toggled).map((line) => (
        <div key={line.path} className={styles['line']} style={{ paddingInlineStart: `${line.depth * 1.25}rem` }}>
          <Line line={line} onToggle={() => toggle(line.path)} />
        </div>
      ))}
    </div>
  );
}

function Line({
  line: { name, value },
  onToggle,
}: {
  readonly line: JsonLine;
  readonly onToggle: () => void;
}): ReactNode {
  const key = name === null ? '' : `${name}: `;
  if (value.kind === 'leaf') {
    return (
      <>
        <span className={styles['key']}>{key}</span>
        <span data-type={value.type}>{value.text}</span>
      </>
    );
  }
  const noun = `${value.type === 'list' ? 'item' : 'key'}${value.size === 1 ? '' : 's'}`;
  return (
    <button
      type="button"
      className={styles['branch']}
      aria-expanded={value.isOpen}
      disabled={value.size === 0}
      onClick={onToggle}
    >
      <span className={styles['key']}>{key}</span>
      {value.type === 'list' ? '[' : '{'}
      <span className={styles['size']}>{`${value.size} ${noun}`}</span>
      {value.type === 'list' ? ']' : '}'}
    </button>
  );
}
