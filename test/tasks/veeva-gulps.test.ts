import { expect, it } from 'vitest';

import { gulps } from '../../tasks/veeva/archive/gulps.ts';

async function* each(sips: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* sips;
}

async function gathered(sips: readonly Buffer[], ...memories: readonly Buffer[]): Promise<string[]> {
  const texts: string[] = [];
  for await (const gulp of gulps(each(sips), memories)) texts.push(gulp.toString('latin1'));
  return texts;
}

const ownMemory = (text: string): Buffer => {
  const bytes = Buffer.allocUnsafeSlow(text.length);
  bytes.write(text, 'latin1');
  return bytes;
};

it('makes the same bytes of sips of any size, in gulps that fill the memory', async () => {
  const sips = ['a', 'bcdefghij', '', 'kl', 'mnop'].map(ownMemory);
  expect(await gathered(sips, Buffer.alloc(4))).toEqual(['abcd', 'efgh', 'ijkl', 'mnop']);
  expect(await gathered([ownMemory('abcde')], Buffer.alloc(4))).toEqual(['abcd', 'e']);
  expect(await gathered([], Buffer.alloc(4))).toEqual([]);
});

it('leaves a gulp as it is until all other memories have been filled', async () => {
  const memories = [Buffer.alloc(2), Buffer.alloc(2)];
  const given: Buffer[] = [];
  const behind: string[] = [];
  for await (const gulp of gulps(each([ownMemory('abcdefg')]), memories)) {
    behind.push(given.at(-1)?.toString() ?? '');
    given.push(gulp);
  }
  expect(behind).toEqual(['', 'ab', 'cd', 'ef']);
});

it('gives back the memory that a sip has to itself, and leaves alone what a sip shares', async () => {
  const own = ownMemory('own');
  const shared = ownMemory('before shared behind');
  const sharing = shared.subarray(7, 13);
  expect((await gathered([own, sharing], Buffer.alloc(4))).join('')).toBe('ownshared');
  expect(own.length).toBe(0);
  expect(shared.toString('latin1')).toBe('before shared behind');
});
