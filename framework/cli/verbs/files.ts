import { type Command, Option } from 'commander';

import { onlyGiven } from '../../core/only-given.ts';
import { FILE_STATUSES, type FileStatus } from '../../store/records/source-files.ts';
import { type SourceFileView, listSourceFiles } from '../../store/views/list-source-files.ts';
import { type Answer, done } from '../answer.ts';
import { idArgument, limitArgument } from '../arguments.ts';
import type { Session } from '../session.ts';
import type { Shell } from '../shell.ts';
import { type Cell, table } from '../table.ts';
import { moment } from '../text/run-text.ts';

interface ListOptions {
  readonly pipeline?: string;
  readonly record?: number;
  readonly status?: FileStatus;
  readonly path?: string;
  readonly limit: number;
  readonly before?: number;
}

export function addFiles(program: Command, { act }: Shell): void {
  program
    .command('files')
    .description('files of sources that pipelines have taken in, each loaded once')
    .command('list')
    .description('files, newest first')
    .option('--pipeline <id>', 'of this pipeline only')
    .option('--record <id>', 'that this record took in', idArgument)
    .addOption(
      new Option('--status <status>', 'STAGED: not loaded yet; REPLACED: no part of the last load').choices(
        FILE_STATUSES,
      ),
    )
    .option('--path <path>', 'of this path')
    .option('--limit <count>', 'at most so many', limitArgument, 20)
    .option('--before <id>', 'that came before this file', idArgument)
    .action(act(list));
}

async function list(session: Session, { pipeline, record, ...filter }: ListOptions): Promise<Answer> {
  const files = await session.withDatabase((database) =>
    listSourceFiles(database, {
      ...filter,
      ...onlyGiven({ pipelineId: pipeline, recordId: record }),
    }),
  );
  return done(files, fileTable(files));
}

function fileTable(files: readonly SourceFileView[]): string {
  const rows = files.map((file): Cell[] => [
    file.id,
    file.pipelineId,
    file.path,
    file.model,
    file.status,
    file.rows,
    file.bytes,
    file.recordId,
    file.runId,
    moment(file.processedAt),
    file.sha256,
  ]);
  const titles = ['file', 'pipeline', 'path', 'model', 'status', 'rows', 'bytes', 'record', 'run', 'at', 'sha256'];
  return table(titles, rows, 'There are no such files.');
}
