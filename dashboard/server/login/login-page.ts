import { type Html, html } from '../html/html.ts';
import { plainPage } from '../html/plain-page.ts';

export interface LoginPage {
  /** Where the way leads once logged in. */
  readonly next: string;
  /** Why the last try did not succeed. */
  readonly problem?: string;
  /** What was typed. */
  readonly name?: string;
  /** There is an identity provider. */
  readonly hasProvider: boolean;
  /** Browsers keep no session of this address. */
  readonly isInsecure: boolean;
}

/** A page of its own that works without script. */
export function loginPage({ next, problem, name = '', hasProvider, isInsecure }: LoginPage): string {
  return plainPage(
    'Log in',
    html`<main>
        <h1><img src="/login/windrow.svg" alt="" width="36" height="36" />Windrow</h1>
        ${isInsecure ? INSECURE : ''}
        ${problem === undefined ? '' : html`<p class="problem" role="alert" id="problem">${problem}</p>`}
        <form method="post" action="/login">
          <input type="hidden" name="next" value="${next}" />
          <label for="name">Name</label>
          <input
            id="name"
            name="name"
            value="${name}"
            required
            autocomplete="username"
            autocapitalize="none"
            spellcheck="false"
            ${name === '' ? html` autofocus` : ''}
          />
          <label for="password">Password</label>
          <input
            id="password"
            name="password"
            type="password"
            required
            autocomplete="current-password"
            ${name === '' ? '' : html` autofocus`}
            ${problem === undefined ? '' : html` aria-describedby="problem"`}
          />
          <button>Log in</button>
        </form>
        ${hasProvider ? providerLink(next) : ''}
      </main>
      <p class="foot">No access? An admin adds you with <code>windrow users add NAME</code>.</p>`,
  );
}

function providerLink(next: string): Html {
  return html`<p class="or">or</p>
    <a class="other" href="/login/oidc?next=${encodeURIComponent(next)}">Single sign-on</a>`;
}

const INSECURE: Html = html`<p class="problem" role="alert">
  This address is not encrypted, so browsers will not keep you logged in. Open the dashboard by https, or at 127.0.0.1.
</p>`;
