import { type Html, html } from './html.ts';

/** A whole page that works without script, in the dress of the login. */
export function plainPage(title: string, body: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Windrow</title>
        <link rel="icon" href="/login/windrow.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/login/login.css" />
      </head>
      <body>
        ${body}
      </body>
    </html> `.toString();
}
