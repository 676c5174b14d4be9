import { type Html, html } from './html.ts';

export interface PageContent {
  readonly title: string;
  readonly body: Html;
}

/** The frame around every page. */
export function page({ title, body }: PageContent): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Windrow</title>
        <link rel="icon" href="/assets/windrow.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/style.css" />
        <link rel="stylesheet" href="/assets/parts.css" />
        <script src="/assets/refresh.js" defer></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header class="top">
          <a class="brand" href="/"><img src="/assets/windrow.svg" alt="" width="26" height="26" />Windrow</a>
          <nav aria-label="Main">
            <a href="/">Overview</a><a href="/plugins">Plugins</a><a href="/queues">Queues</a>
          </nav>
          <span class="zone">All times are UTC</span>
        </header>
        <main id="main" tabindex="-1">${body}</main>
      </body>
    </html> `.toString();
}
