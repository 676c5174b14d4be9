import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { CONNECTOR_FILE, firstSet, readSettingsFile, withProblems } from '#framework';

const shape = z.looseObject({ s3: z.looseObject({ bucket: z.string() }).optional() });

function read(files: Readonly<Record<string, string>>, environment: Readonly<Record<string, string>> = {}) {
  return readSettingsFile({ environment, readFile: (path) => files[path] }, { ...CONNECTOR_FILE, shape });
}

describe('a settings file', () => {
  it('may be absent under its usual name, not under the name that the operator gave', () => {
    expect(read({})).toEqual({ content: undefined, problems: [] });
    expect(read({}, { CONNECTOR_CONFIG_FILE: 'mine.json' }).problems).toEqual([
      'CONNECTOR_CONFIG_FILE: there is no file mine.json. Correct the path or unset the variable.',
    ]);
  });

  it('is read under the name that the operator gave', () => {
    const files = { 'connector_config.json': '{}', 'mine.json': '{"s3":{"bucket":"acme"},"other":1}' };
    expect(read(files, { CONNECTOR_CONFIG_FILE: 'mine.json' }).content).toEqual({ s3: { bucket: 'acme' }, other: 1 });
  });

  it('that is not JSON is refused without a word of its text', () => {
    expect(read({ 'connector_config.json': '{"password":"hush' })).toEqual({
      content: undefined,
      problems: ['connector_config.json: is not JSON. Correct the file.'],
    });
  });

  it('of the wrong shape is refused by the name of the setting, without its value', () => {
    const { content, problems } = read({ 'connector_config.json': '{"s3":{"bucket":4711}}' });
    expect(content).toBeUndefined();
    expect(problems).toEqual(['s3.bucket in connector_config.json: Invalid input: expected string, received number.']);
  });
});

describe('a reading', () => {
  it('with a problem around it is unreadable, and keeps its own problems', () => {
    expect(withProblems([], { kind: 'read', settings: 1 })).toEqual({ kind: 'read', settings: 1 });
    expect(withProblems(['a'], { kind: 'read', settings: 1 })).toEqual({ kind: 'unreadable', problems: ['a'] });
    const unreadable = withProblems(['a'], { kind: 'unreadable', problems: ['b'] });
    expect(unreadable).toEqual({ kind: 'unreadable', problems: ['a', 'b'] });
  });

  it('takes the first value that is set; an empty text is not', () => {
    expect(firstSet(undefined, '', null, 0, 'x')).toBe(0);
    expect(firstSet('', undefined)).toBeUndefined();
  });
});
