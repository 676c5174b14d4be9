import type { ReactNode } from 'react';

import type { DagJson } from '../../../../server/api/shapes/dag.ts';
import { useList } from '../../api/queries.ts';
import { Choice } from '../controls/choice.tsx';
import styles from './filter.module.css';

/** What narrows the list below it. */
export function FilterBar({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <div className={styles['bar']} role="search">
      {children}
    </div>
  );
}

interface ChosenProps {
  readonly value: string | undefined;
  readonly onChange: (value: string) => void;
}

/** Any state, or one of them. */
export function StateFilter(props: ChosenProps & { readonly states: readonly string[] }): ReactNode {
  const { value = '', onChange, states } = props;
  const options = [ANY, ...states.map((state) => ({ value: state, words: state.toLowerCase().replaceAll('_', ' ') }))];
  return <Choice label="State" value={value} options={options} onChange={onChange} />;
}

interface DagFilterProps extends ChosenProps {
  readonly label?: string;
  readonly isPipeline?: boolean;
  /** What stands there while none is chosen. */
  readonly nothing?: string;
}

/** Any dag, or one of the project. */
export function DagFilter(props: DagFilterProps): ReactNode {
  const { value = '', onChange, label = 'Dag', isPipeline = false, nothing = ANY.words } = props;
  const { items } = useList<DagJson>('/dags', { limit: 500 });
  const ids = new Set(items.filter((dag) => dag.isPipeline || !isPipeline).map(({ id }) => id));
  // A link may name one that is gone, or the list may not be there yet.
  if (value !== '') ids.add(value);
  const options = [{ value: '', words: nothing }, ...[...ids].map((id) => ({ value: id, words: id }))];
  return <Choice label={label} value={value} options={options} onChange={onChange} />;
}

const ANY = { value: '', words: 'any' };
