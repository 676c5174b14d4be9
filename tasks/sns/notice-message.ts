import { type RecordId, type Window, type WindowFailure, windowText } from '#framework';

/** What people are told about a window. */
export interface WindowNotice {
  /**
   * `waits`: for a person, and goes on by itself behind `failure.command`. `left_out`: it is loaded without some of its rows, which
   * the command shows.
   */
  readonly state: 'failed' | 'waits' | 'left_out';
  readonly pipelineId: string;
  readonly window: Window;
  readonly recordId: RecordId;
  readonly failure: WindowFailure;
  /** The EventBridge rule that was, or should have been, disabled until the pipeline works again. */
  readonly rule?: HeldRule;
}

export interface HeldRule {
  readonly arn: string;
  readonly outcome: 'disabled' | 'disabled_by_others' | { readonly error: string };
}

/** What is published. */
export interface NoticeMessage {
  readonly subject: string;
  /** JSON, well below SNS's limit of 256 KB. */
  readonly body: string;
}

/** SNS takes fewer than 100 ASCII characters, without line breaks. */
const MOST_SUBJECT = 99;
const MOST_TEXT_BYTES = 16 * 1024;

export function noticeMessage({ state, pipelineId, window, recordId, failure, rule }: WindowNotice): NoticeMessage {
  const subject = `Windrow: ${pipelineId} ${SUBJECTS[state]} ${windowText(window)} (${failure.code})`;
  const content = {
    state,
    pipeline: pipelineId,
    window: { start: window.start.toString(), end: window.end.toString(), zone: window.zone },
    record_id: recordId,
    task: failure.task,
    error_code: failure.code,
    error: cutText(failure.message),
    [COMMANDS[state]]: failure.command,
    ...(rule === undefined ? {} : { rule: rule.arn, resume: resumeText(rule, failure.command) }),
  };
  return { subject: printable(subject), body: JSON.stringify(content, undefined, 2) };
}

const SUBJECTS: Readonly<Record<WindowNotice['state'], string>> = {
  failed: 'failed for',
  waits: 'waits for a person,',
  left_out: 'left rows out of',
};
const COMMANDS: Readonly<Record<WindowNotice['state'], string>> = {
  failed: 'rerun',
  waits: 'accept',
  left_out: 'show',
};

function resumeText({ outcome }: HeldRule, command: string): string {
  if (outcome === 'disabled')
    return `The rule is disabled. Mend the cause, then run: ${command}. When the window is completed, the rule is enabled again.`;
  if (outcome === 'disabled_by_others')
    return `The rule was disabled before and stays so. Mend the cause, then run: ${command}`;
  return `The rule is NOT disabled: ${cutText(outcome.error)} Mend the cause, then run: ${command}`;
}

function printable(text: string): string {
  return text.replaceAll(/[^ -~]+/g, '?').slice(0, MOST_SUBJECT);
}

/** Cut between characters, so that the end is never half of one. */
function cutText(text: string): string {
  if (Buffer.byteLength(text) <= MOST_TEXT_BYTES) return text;
  const kept = new TextDecoder().decode(Buffer.from(text).subarray(0, MOST_TEXT_BYTES), { stream: true });
  return `${kept}… (${Buffer.byteLength(text)} bytes in all)`;
}
