import { postButton } from '../html/form.ts';
import { badge } from '../html/badge.ts';
import { type Html, html } from '../html/html.ts';
import { secondsBetween, timeOf, windowOf } from '../html/time.ts';
import { facts } from './sections.ts';
import { type RunFacts, failureText, taskList } from './task-list.ts';

export function runPage(shown: RunFacts & { readonly token: string }): Html {
  const { run, now, token } = shown;
  const isOpen = run.state === 'queued' || run.state === 'running';
  return html`<p class="trail"><a href="/">Overview</a> / run</p>
    <section data-live="run" aria-labelledby="title">
      <div class="head">
        <h1 id="title">Run ${run.id} <small>${run.dagId}</small> ${badge(run.state)}</h1>
        ${isOpen ? postButton({ action: `/runs/${run.id}/cancel`, label: 'Cancel run', token, tone: 'danger' }) : ''}
      </div>
      ${facts([
        ['Kind', run.kind],
        ['Window', windowOf(run.window)],
        ['Record', run.recordId === null ? '–' : html`<a href="/records/${run.recordId}">${run.recordId}</a>`],
        ['Created', timeOf(run.createdAt)],
        ['Started', timeOf(run.startedAt)],
        ['Ended', timeOf(run.endedAt)],
        ['Must end by', timeOf(run.deadlineAt)],
        ['Took', secondsBetween(run.startedAt, run.endedAt ?? now)],
      ])}
      ${run.timedOut === null ? '' : html`<p>${failureText(run.timedOut)}</p>`}
      <h2>Tasks</h2>
      ${taskList(shown)}
    </section>`;
}
