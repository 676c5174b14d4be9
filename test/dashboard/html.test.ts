import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { html } from '../../dashboard/server/html/html.ts';
import { lengthText } from '../../dashboard/server/html/time.ts';

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

describe('a length of time', () => {
  it.each([
    [-1, '0 ms'],
    [0.084, '84 ms'],
    [1.84, '1.8 s'],
    [59.9, '59 s'],
    [185, '3 min 05 s'],
    [7260, '2 h 01 min'],
  ])('of %d seconds reads %s', (seconds, text) => {
    expect(lengthText(seconds)).toBe(text);
  });
});
