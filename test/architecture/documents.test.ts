import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import manifest from '../../package.json' with { type: 'json' };
import { ENGINE_LAYERS } from '../../lint/directions.ts';
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

describe('the page of the settings', () => {
  it('names every variable that the engine reads, and no other', () => {
    const read = textFiles(/^framework\/.*\.ts$/).flatMap(({ text }) => [
      ...text.matchAll(/(?:^ {2}|environment\[')(WINDROW_[A-Z_]+|DATABASE_URL|REDIS_URL)(?=:|'\])/gm),
    ]);
    const page = readFileSync(repositoryPath('docs/settings.md'), 'utf8');
    const named = page.match(/(?<=^\|.*`)[A-Z_]+(?=`.*\|$)/gm) ?? [];
    expect(named.toSorted()).toEqual([...new Set(read.map(([, name = '']) => name))].toSorted());
  });
});

describe('the page of the engine', () => {
  const page = readFileSync(repositoryPath('framework/README.md'), 'utf8');

  it('has a row for every folder that the directions of imports know', () => {
    const [, table = ''] = page.split('## Folders and directions');
    const rows = [...table.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell = '']) => [
      ...cell.matchAll(/`([a-z]+)\/`/g),
    ]);
    const folders = ENGINE_LAYERS.map(({ folder }) => folder.replace('framework/', ''));
    expect(rows.map(([, name = '']) => name).toSorted()).toEqual(folders.toSorted());
  });

  it('names every door of the engine', () => {
    const doors = Object.keys(manifest.imports).filter((door) => door.startsWith('#framework'));
    expect(doors.filter((door) => !page.includes(`\`${door}\``))).toEqual([]);
  });
});
