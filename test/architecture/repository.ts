import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export function repositoryPath(path: string): string {
  return `${root}${path}`;
}

export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** Every text file that git knows, or would know at the next commit. */
export function textFiles(pattern: RegExp): TextFile[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
  });
  return listed
    .split('\0')
    .filter((path) => path !== '' && pattern.test(path))
    .flatMap((path) => readText(path));
}

/** Nothing for a file that git still lists and somebody has deleted. */
function readText(path: string): TextFile[] {
  try {
    const text = readFileSync(repositoryPath(path), 'utf8');
    return text.includes('\0') ? [] : [{ path, text }];
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
