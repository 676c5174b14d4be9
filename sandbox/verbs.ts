import { once } from 'node:events';
import { resolve } from 'node:path';

import { type Command, InvalidArgumentError, Option } from 'commander';

import { SERVICE_NAMES, type ServiceName } from './services.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from './start.ts';
import { type VaultSizes, vaultSizes } from './vault-sizes.ts';

interface UpOptions extends VaultSizes {
  readonly without: readonly ServiceName[];
  readonly portBase?: number;
  readonly directory: string;
  readonly json?: true;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
}

/** Adds `sandbox up` to the command line. */
export function addVerbs(program: Command): void {
  const sandbox = program
    .command('sandbox')
    .description('stand-ins for Vault, S3, Redshift, DynamoDB, SNS, Secrets Manager and EventBridge');
  sandbox
    .command('up')
    .description('start the stand-ins and print the environment that leads to them; stop with Ctrl-C')
    .option('--without <names>', `services of ${SERVICE_NAMES.join(', ')} that are not started`, serviceNames, [])
    .option('--port-base <port>', 'fixed ports from this one on; any free ones when absent', wholeNumber)
    .option('--directory <path>', 'where the state lies', '.windrow/sandbox')
    .option('--seed <number>', 'seed of the Vault', wholeNumber)
    .option('--objects <number>', 'objects in the Vault', wholeNumber)
    .option('--rows <number>', 'rows in the first Full, roughly', wholeNumber)
    .addOption(new Option('--access-key-id <id>').env('AWS_ACCESS_KEY_ID').hideHelp())
    .addOption(new Option('--secret-access-key <key>').env('AWS_SECRET_ACCESS_KEY').hideHelp())
    .option('--json', 'print one JSON object instead of export lines')
    .action(up);
}

async function up(options: UpOptions): Promise<void> {
  const credentials = ownCredentials(options);
  const sandbox = await startSandbox({
    directory: resolve(options.directory),
    without: options.without,
    ports: options.portBase === undefined ? {} : portsFrom(options.portBase),
    vault: vaultSizes(options),
    ...(credentials === undefined ? {} : { credentials }),
  });
  process.stdout.write(printed(sandbox, options.json === true));
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await sandbox.close();
}

/** Beside real AWS services the stand-ins accept the caller's own keys, because a process has only one set of them. */
function ownCredentials({ without, accessKeyId, secretAccessKey }: UpOptions): SandboxOptions['credentials'] {
  const usesRealAws = without.some((name) => name !== 'vault');
  if (!usesRealAws || accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey };
}

function portsFrom(base: number): Partial<Record<ServiceName, number>> {
  return Object.fromEntries(SERVICE_NAMES.map((name, index) => [name, base + index]));
}

function printed({ environment }: Sandbox, asJson: boolean): string {
  if (asJson) return `${JSON.stringify({ environment })}\n`;
  const lines = Object.entries(environment).map(([name, value]) => `export ${name}=${quoted(value)}\n`);
  return `${lines.join('')}# The sandbox runs until Ctrl-C.\n`;
}

function quoted(value: string): string {
  return /^[A-Za-z0-9_.,:/@%+-]+$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`;
}

function serviceNames(text: string): readonly ServiceName[] {
  return text.split(',').map((item) => {
    const name = SERVICE_NAMES.find((known) => known === item.trim());
    if (name === undefined)
      throw new InvalidArgumentError(`"${item}" is no service. Expected ${SERVICE_NAMES.join(', ')}.`);
    return name;
  });
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}
