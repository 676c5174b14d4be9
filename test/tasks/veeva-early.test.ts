import { appendFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { ConvertRequest, Converted } from '#tasks/parquet';

import { Arrival } from '../../tasks/veeva/archive/arrival.ts';
import type { Spooled } from '../../tasks/veeva/archive/spool.ts';
import { STOP_AT_BAD_ROWS } from '../../tasks/veeva/stage/bad-rows.ts';
import { EarlyConversions } from '../../tasks/veeva/stage/early-conversions.ts';
import { planExtracts } from '../../tasks/veeva/stage/plan-extracts.ts';
import { readArchive } from '../../tasks/veeva/stage/read-archive.ts';
import { conversionOf } from '../../tasks/veeva/stage/stage-extract.ts';
import { eventually } from '../support/engine.ts';

const MANIFEST = 'extract,extract_label,type,records,file\nObject.a__c,A,updates,1,Object/a__c.csv\n';
const HEADER = 'extract,extract_label,column_name,column_label,type,length\n';
const METADATA = `${HEADER}Object.a__c,A,id,ID,String,18\nObject.a__c,A,size__c,Size,Number,\n`;
const CHANGE = `${HEADER}Object.a__c,A,size__c,Size,String,20\n`;
const DATA = 'id,size__c\nV1,1.5\n';
const archive = 'x.tar.gz';
const kind = 'full';

/** Says what it was asked, and how each conversion was stopped. */
class Asked {
  readonly requests: ConvertRequest[] = [];
  readonly #hangs: boolean;

  constructor(hangs = false) {
    this.#hangs = hangs;
  }

  readonly convert = async (request: ConvertRequest): Promise<Converted> => {
    this.requests.push(request);
    await request.arriving?.until(request.arriving.bytes);
    request.signal?.throwIfAborted();
    if (this.#hangs && request.arriving !== undefined)
      await new Promise((_, reject) => request.signal?.addEventListener('abort', () => reject(request.signal?.reason)));
    const none = { columns: [], files: [], unknownColumns: [], shortRows: 0, badRows: [] };
    return { ...none, rows: this.requests.length, replaced: { values: 0, first: [] } };
  };
}

/** What is unpacked may be there before the conversion of it has begun. */
async function begun({ requests }: Asked): Promise<void> {
  await eventually('the conversion to begin', async () => requests[0]);
}

describe('A member that is converted while the archive is still being unpacked', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'veeva-early-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const tools = { longText: 'refuse', badRows: STOP_AT_BAD_ROWS, format: 'csv' } as const;

  function open(converter: Asked, change: { least?: number; most?: number; signal?: AbortSignal } = {}) {
    const { least = 1, most = 1e9, signal = new AbortController().signal } = change;
    const directory = join(folder, 'early');
    return new EarlyConversions({
      ...tools,
      archive,
      kind,
      converter,
      directory,
      bytes: { least, most },
      atOnce: 2,
      signal,
    });
  }

  /** Unpacks members one after the other, and asks for the conversion that the whole archive says. */
  async function unpacked(early: EarlyConversions, files: Readonly<Record<string, string>>): Promise<ConvertRequest> {
    const members: Spooled[] = [];
    for (const [member, text] of Object.entries(files)) {
      const spooled = { member, path: join(folder, `${members.length}.csv`), bytes: Buffer.byteLength(text) };
      await writeFile(spooled.path, '');
      const arrival = new Arrival(spooled.bytes);
      early.begin(spooled, arrival, members);
      await appendFile(spooled.path, text);
      arrival.add(spooled.bytes);
      members.push(spooled);
    }
    const { signal } = new AbortController();
    const [plan] = planExtracts(await readArchive(members, { archive, kind, signal })).extracts;
    if (plan?.updates.file === undefined) throw new Error('The archive has no data.');
    return { ...conversionOf({ plan, part: 'updates' }, plan.updates.file, { ...tools, directory: folder }), signal };
  }

  const DESCRIBED = { 'manifest.csv': MANIFEST, 'metadata_full.csv': METADATA };

  it('is converted once, where nothing that came later says otherwise', async () => {
    const converter = new Asked();
    await using early = open(converter);
    const request = await unpacked(early, { ...DESCRIBED, 'Object/a__c.csv': DATA });
    expect((await early.convert(request)).rows).toBe(1);
    expect(converter.requests.map(({ arriving }) => arriving?.bytes)).toEqual([DATA.length]);
    expect(converter.requests[0]?.columns).toEqual(request.columns);
  });

  it('is converted anew, and the first try thrown away, where metadata behind it gives a column another type', async () => {
    const converter = new Asked(true);
    await using early = open(converter);
    const files = { ...DESCRIBED, 'Object/a__c.csv': DATA, 'Metadata/metadata.csv': CHANGE };
    const request = await unpacked(early, files);
    await begun(converter);
    expect((await early.convert(request)).rows).toBe(2);
    const [first, second] = converter.requests;
    expect(first?.columns.at(-1)?.type).toBe('number');
    expect(first?.signal?.aborted).toBe(true);
    expect(second).toEqual(request);
    expect(second?.columns.at(-1)?.type).toBe('text');
    expect(second?.directory).not.toBe(first?.directory);
  });

  it.each<readonly [why: string, files: Readonly<Record<string, string>>, change: { least?: number; most?: number }]>([
    [
      'the metadata stands behind it',
      { 'manifest.csv': MANIFEST, 'Object/a__c.csv': DATA, 'metadata_full.csv': METADATA },
      {},
    ],
    [
      'the manifest stands behind it',
      { 'metadata_full.csv': METADATA, 'Object/a__c.csv': DATA, 'manifest.csv': MANIFEST },
      {},
    ],
    ['it is small', { ...DESCRIBED, 'Object/a__c.csv': DATA }, { least: DATA.length + 1 }],
    ['it says to be longer than the whole archive may be', { ...DESCRIBED, 'Object/a__c.csv': DATA }, { most: 10 }],
  ])('waits until all is unpacked where %s', async (_why, files, change) => {
    const converter = new Asked();
    await using early = open(converter, change);
    const request = await unpacked(early, files);
    expect(converter.requests).toEqual([]);
    await early.convert(request);
    expect(converter.requests).toEqual([request]);
  });

  it('stops with the window that asked for it', async () => {
    const converter = new Asked(true);
    await using early = open(converter);
    const request = await unpacked(early, { ...DESCRIBED, 'Object/a__c.csv': DATA });
    await begun(converter);
    const stop = new AbortController();
    const work = early.convert({ ...request, signal: stop.signal }).catch((error: unknown) => error);
    const reason = new Error('enough');
    stop.abort(reason);
    expect(await work).toBe(reason);
    expect(converter.requests).toHaveLength(1);
  });

  it('is given up where nobody asks for it, before the folder goes', async () => {
    const converter = new Asked(true);
    const early = open(converter);
    await unpacked(early, { ...DESCRIBED, 'Object/a__c.csv': DATA });
    await begun(converter);
    await early[Symbol.asyncDispose]();
    expect(converter.requests.map(({ signal }) => signal?.aborted)).toEqual([true]);
    expect(await readdir(join(folder, 'early'))).toEqual([]);
  });
});
