import { html } from '../html/html.ts';
import { plainPage } from '../html/plain-page.ts';

/** Says why there is no page; needs nothing else. */
export function refusedPage(status: number, reason: string): string {
  const title = titleOf(status);
  return plainPage(
    title,
    html`<main>
      <h1>${title}</h1>
      <p class="problem" role="alert">${reason}</p>
      <a class="other" href="/">To the dashboard</a>
    </main>`,
  );
}

function titleOf(status: number): string {
  if (status === 404) return 'Not found';
  return status < 500 ? 'Not possible' : 'Something went wrong';
}
