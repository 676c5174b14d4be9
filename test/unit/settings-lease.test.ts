import { describe, expect, it } from 'vitest';

import { readEngineSettings } from '../../framework/process/settings.ts';

function read(lease: string) {
  return readEngineSettings({ environment: { WINDROW_LEASE: lease }, readFile: () => undefined });
}

describe('WINDROW_LEASE', () => {
  it('of more than an hour is refused with the reason, as a killed worker is noticed no sooner', () => {
    expect(read('1h')).toMatchObject({ settings: { leaseMs: 3_600_000 } });
    expect(read('61m')).toMatchObject({ problems: [expect.stringMatching(/^WINDROW_LEASE: expected at most 1h/)] });
  });
});
