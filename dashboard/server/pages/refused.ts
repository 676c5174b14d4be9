import { type Html, html } from '../html/html.ts';

export function refusedPage(status: number, reason: string): Html {
  return html`<h1>${titleOf(status)}</h1>
    <p class="error" role="alert">${reason}</p>
    <p><a href="/">Back to the overview</a></p>`;
}

export function titleOf(status: number): string {
  if (status === 404) return 'Not found';
  return status < 500 ? 'Not possible' : 'Something went wrong';
}
