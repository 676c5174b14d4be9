import type { DagDetailJson } from '../../../../../server/api/shapes/dag.ts';
import { writtenParams } from '../../../format/params-text.ts';
import { shellWord } from '../../../format/shell-word.ts';

/** What somebody wrote who starts a run by hand. */
export interface RunForm {
  /** Of the window, in UTC; nothing where none is named. */
  readonly start: string;
  readonly end: string;
  readonly params: string;
}

interface ReadForm {
  readonly body: Readonly<Record<string, unknown>>;
  readonly window: { readonly start: string; readonly end: string } | undefined;
  readonly command: string;
  /** Enough is said to ask what would run. */
  readonly isWhole: boolean;
  /** What is wrong with the params. */
  readonly trouble: string | undefined;
}

/** Which window a run of the dag moves; a dag that the dashboard's own process does not have is asked for one as pipelines are. */
export function windowToName({ byHand, isPipeline }: Pick<DagDetailJson, 'byHand' | 'isPipeline'>) {
  return byHand?.window ?? (isPipeline ? 'named' : 'none');
}

/** What the form asks for, as far as it can be read. */
export function readRunForm(
  dag: Pick<DagDetailJson, 'id' | 'byHand' | 'isPipeline'>,
  { start, end, params: text }: RunForm,
): ReadForm {
  const written = writtenParams(text);
  const window = start === '' || end === '' ? undefined : { start, end };
  const params = written.kind === 'params' ? written.params : undefined;
  const isNamed = window !== undefined || (windowToName(dag) !== 'named' && start === end);
  const words = [
    `windrow dags trigger ${dag.id}`,
    ...(window === undefined ? [] : [`--window ${start}..${end}`]),
    ...(params === undefined ? [] : [`--params ${shellWord(JSON.stringify(params))}`]),
  ];
  return {
    body: { ...(window === undefined ? {} : { window }), ...(params === undefined ? {} : { params }) },
    window,
    command: words.join(' '),
    isWhole: isNamed && written.kind !== 'unreadable',
    trouble: written.kind === 'unreadable' ? written.why : undefined,
  };
}
