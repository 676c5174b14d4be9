import { type Html, html } from './html.ts';

export interface PostButton {
  readonly action: string;
  readonly label: string;
  readonly token: string;
  /** Told to people who hear the page instead of seeing the row. */
  readonly spoken?: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly tone?: 'plain' | 'main' | 'danger';
}

/** A button that changes something: a form of its own, so that it works without JavaScript. */
export function postButton({ action, label, token, spoken, fields = {}, tone = 'plain' }: PostButton): Html {
  const hidden = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  );
  return html`<form method="post" action="${action}">
    <input type="hidden" name="token" value="${token}" />${hidden}<button
      class="${tone}"
      ${spoken === undefined ? '' : html` aria-label="${spoken}"`}
    >
      ${label}
    </button>
  </form>`;
}
