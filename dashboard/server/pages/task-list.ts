import type { FailureRecord, Temporal } from '#framework';
import {
  type AttemptView,
  type LogLine,
  type RunDetail,
  type TaskView,
  instancesText,
  notableTasks,
} from '#framework/operate';

import { badge, outcomeBadge } from '../html/badge.ts';
import { type Html, html } from '../html/html.ts';
import { secondsBetween, timeOf } from '../html/time.ts';
import { table } from './sections.ts';

export interface RunFacts {
  readonly run: RunDetail;
  /** Of every task that logged, by its name. */
  readonly logs: ReadonlyMap<string, readonly LogLine[]>;
  readonly now: Temporal.Instant;
}

/** The most lines of one try on a page; the newest are the ones that tell how it ended. */
const MOST_LINES = 300;

/** Every task of a run with its tries and their logs. */
export function taskList({ run, logs, now }: RunFacts): Html {
  const attempts = Map.groupBy(run.attempts, ({ name }) => name);
  return html`<ol class="tasks">
    ${notableTasks(run.tasks).map((task) =>
      taskItem(task, { attempts: attempts.get(task.name) ?? [], lines: logs.get(task.name) ?? [], now }),
    )}
  </ol>`;
}

interface TaskHistory {
  readonly attempts: readonly AttemptView[];
  readonly lines: readonly LogLine[];
  readonly now: Temporal.Instant;
}

function taskItem(task: TaskView, { attempts, lines, now }: TaskHistory): Html {
  const took =
    task.startedAt === null
      ? ''
      : html`<span class="quiet">${secondsBetween(task.startedAt, task.endedAt ?? now)}</span>`;
  return html`<li class="task" id="task-${task.name}">
    <h3>
      <span class="name">${task.name}</span> ${badge(task.state)}
      ${took}${task.upstream.length === 0 ? '' : html`<small>after ${task.upstream.join(', ')}</small>`}
    </h3>
    ${task.reason === null ? '' : html`<p class="reason">${task.reason}</p>`}
    ${task.instances === null ? '' : html`<p class="reason">${instancesText(task)}</p>`}
    ${attempts.length === 0 ? '' : attemptTable(task, attempts)}
    ${[...Map.groupBy(lines, ({ attempt }) => attempt)].map(([attempt, of]) => attemptLog(task, { attempt, lines: of }))}
    ${
      task.output === null
        ? ''
        : html`<details data-key="output-${task.name}">
            <summary>Output</summary>
            <pre>${JSON.stringify(task.output, undefined, 2)}</pre>
          </details>`
    }
  </li> `;
}

function attemptTable({ name }: TaskView, attempts: readonly AttemptView[]): Html {
  return table({
    caption: `Tries of ${name}`,
    columns: [{ number: 'Try' }, 'Ended as', 'Started', { number: 'Took' }, 'Worker', 'Why'],
    rows: attempts.map(
      (attempt) =>
        html`<tr>
          <td class="number">${attempt.attempt}</td>
          <td>${outcomeBadge(attempt)}</td>
          <td>${timeOf(attempt.startedAt)}</td>
          <td class="number">${secondsBetween(attempt.startedAt, attempt.endedAt)}</td>
          <td class="worker">${attempt.worker}</td>
          <td class="why">${attempt.failure === null ? attempt.reason : failureText(attempt.failure)}</td>
        </tr> `,
    ),
    whenEmpty: '',
  });
}

function attemptLog(
  { name }: TaskView,
  { attempt, lines }: { readonly attempt: number; readonly lines: readonly LogLine[] },
): Html {
  const shown = lines.slice(-MOST_LINES);
  const left = lines.length - shown.length;
  return html`<details data-key="log-${name}-${attempt}">
    <summary>Log of try ${attempt} (${lines.length} ${lines.length === 1 ? 'line' : 'lines'})</summary>
    ${left === 0 ? '' : html`<p class="quiet">${left} earlier lines are not shown here; <code>windrow runs show</code> has them all.</p>`}
    <div class="log" role="log" tabindex="0">${shown.map(logLine)}</div>
  </details>`;
}

function logLine({ at, level, message, fields }: LogLine): Html {
  const more = Object.keys(fields).length === 0 ? '' : html` <span class="fields">${JSON.stringify(fields)}</span>`;
  return html`<div class="line ${level}">
    <time datetime="${at.toString()}">${at.toString({ smallestUnit: 'millisecond' }).slice(11, 23)}</time>
    <span class="level">${level}</span> <span class="message">${message}${more}</span>
  </div>`;
}

/** Code and message, with the causes below. */
export function failureText({ code, message, causes }: FailureRecord): Html {
  return html`<span class="failure"
    ><code>${code}</code> ${message}${causes.map((cause) => html`<small>caused by ${cause}</small>`)}</span
  >`;
}
