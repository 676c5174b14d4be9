import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { type Installation, openInstallationFolder, windrow, windrowJson } from './windrow.ts';

const Started = z.object({ runId: z.number() });
const Page = z.object({ lines: z.array(z.object({ id: z.number(), message: z.string() })) });

describe('runs logs', () => {
  let at: Installation;
  beforeAll(async () => {
    at = await openInstallationFolder();
  });
  afterAll(() => at.close());

  it('shows what a task logged, by the page, and says which tasks there are not', async () => {
    const { runId } = Started.parse((await windrowJson(at, 'dags test hello')).json);
    const whole = await windrow(at, `runs logs ${runId} greet`);
    expect(whole).toMatchObject({ code: 0, out: expect.stringMatching(/ greet attempt 1 info {2}Good day/) });
    const page = await windrowJson(at, `runs logs ${runId} greet --limit 1`);
    const [line] = Page.parse(page.json).lines;
    expect(line).toMatchObject({ message: 'Good day' });
    expect((await windrow(at, `runs logs ${runId} greet --limit 1`)).out).toContain(
      `Older lines: --before ${line?.id}`,
    );
    expect((await windrow(at, `runs logs ${runId} greet --before ${line?.id}`)).out).toBe('It logged nothing there.\n');
    expect((await windrow(at, `runs logs ${runId} greet --attempt 2`)).out).toBe('It logged nothing there.\n');
    expect(await windrow(at, `runs logs ${runId} nonsense`)).toMatchObject({ code: 3 });
    expect(await windrow(at, 'runs logs 99999 greet')).toMatchObject({ code: 3 });
    expect((await windrow(at, `runs show ${runId} --logs`)).out).toContain('Good day');
  });
});
