import { describe, expect, it } from 'vitest';

import { ownPath } from '../../dashboard/server/login/own-path.ts';

describe('the way back from the login', () => {
  it.each(['/', '/runs/7', '/dags/a?window=1&task=load', '/records/42?next=//evil.example.com'])(
    'leads to %s',
    (next) => {
      expect(ownPath(next)).toBe(next);
    },
  );

  it.each([
    '//evil.example.com',
    '/\\evil.example.com',
    '\\\\evil.example.com',
    'https://evil.example.com',
    'javascript:alert(1)',
    '/\t/evil.example.com',
    '/..//evil.example.com',
    '/login?next=/login',
    '',
    undefined,
    ['/runs/7'],
  ])('does not lead to %j', (next) => {
    expect(ownPath(next)).toBe('/');
  });
});
