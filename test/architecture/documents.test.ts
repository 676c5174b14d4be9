import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { repositoryPath, textFiles } from './repository.ts';

describe('every page', () => {
  it('links to files that exist', () => {
    const broken = textFiles(/\.md$/).flatMap(({ path, text }) =>
      [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
        .map(([, target = '']) => join(dirname(path), target))
        .filter((target) => !existsSync(repositoryPath(target)))
        .map((target) => `${path}: ${target}`),
    );

    expect(broken).toEqual([]);
  });

  it('names tests that exist, by file and title', () => {
    const named = textFiles(/\.md$/).flatMap(({ path, text }) =>
      [...text.matchAll(/`(test\/[\w/.-]+\.test\.ts)`((?: "[^"]+",?)*)/g)].map(([, file = '', titles = '']) => ({
        page: path,
        file,
        titles: [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title),
      })),
    );
    const wrong = named.filter(({ file, titles }) => {
      const source = existsSync(repositoryPath(file)) ? readFileSync(repositoryPath(file), 'utf8') : undefined;
      return source === undefined || titles.some((title) => !source.includes(title));
    });

    expect(named.length).toBeGreaterThan(20);
    expect(wrong).toEqual([]);
  });
});
