import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { html } from '../../dashboard/server/html/html.ts';

describe('html', () => {
  it('escapes values in text and in attributes, and markup of ours only once', () => {
    const inner = html`<b>${'<i>'}</b>`;
    expect(html`<p title="${`a"b'c`}">${inner} & ${'x & y'}</p>`.toString()).toBe(
      '<p title="a&quot;b&#39;c"><b>&lt;i&gt;</b> & x &amp; y</p>',
    );
  });

  it('shows nothing for nothing, and lists without commas', () => {
    expect(html`[${null}${undefined}${false}${[1, 'a', [html`<i></i>`]]}]`.toString()).toBe('[1a<i></i>]');
  });

  it('lets no value bring a character that means markup', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(html`${text}`.toString()).not.toMatch(/[<>"']/);
      }),
    );
  });
});
