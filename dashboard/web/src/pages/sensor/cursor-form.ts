import { writtenJson } from '../../format/params-text.ts';
import { shellWord } from '../../format/shell-word.ts';

/** What somebody wrote as the new cursor of a sensor. */
export interface CursorForm {
  readonly deed: 'set' | 'reset';
  readonly text: string;
}

interface ReadForm {
  readonly body: Readonly<Record<string, unknown>>;
  readonly command: string;
  /** What keeps it from being read. */
  readonly trouble: string | undefined;
}

/** What the form asks for, as far as it can be read. */
export function readCursorForm(sensor: string, { deed, text }: CursorForm): ReadForm {
  const command = `windrow sensors cursor ${sensor}`;
  if (deed === 'reset') return { body: { cursor: null }, command: `${command} --reset`, trouble: undefined };
  if (text.trim() === '') return { body: {}, command: `${command} --set JSON`, trouble: 'Write the new cursor.' };
  const written = writtenJson(text);
  if (written.kind === 'unreadable') return { body: {}, command: `${command} --set JSON`, trouble: written.why };
  const { value } = written;
  return {
    body: { cursor: value },
    command: `${command} --set ${shellWord(JSON.stringify(value))}`,
    trouble: undefined,
  };
}
