import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Clock } from '#framework';

import { SANDBOX_ACCOUNT } from '../aws/stand-in.ts';

export interface SecretVersion {
  readonly id: string;
  readonly text?: string;
  /** Base64. */
  readonly binary?: string;
  readonly createdSeconds: number;
  readonly stages: readonly string[];
}

export interface StoredSecret {
  readonly name: string;
  readonly arn: string;
  readonly description?: string;
  readonly createdSeconds: number;
  readonly deletedSeconds?: number;
  /** The newest first. */
  readonly versions: readonly SecretVersion[];
}

export class SecretRefusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface BookOptions {
  readonly directory: string;
  readonly region: string;
  readonly clock: Clock;
  readonly newId: () => string;
}

export type SecretValue = Pick<SecretVersion, 'text' | 'binary'>;

/** All secrets, in memory and in one file that is replaced whole. */
export class SecretBook {
  readonly #options: BookOptions;
  readonly #path: string;
  readonly #secrets: Map<string, StoredSecret>;

  constructor(options: BookOptions) {
    mkdirSync(options.directory, { recursive: true });
    this.#options = options;
    this.#path = join(options.directory, 'secrets.json');
    const stored: StoredSecret[] = existsSync(this.#path) ? JSON.parse(readFileSync(this.#path, 'utf8')) : [];
    this.#secrets = new Map(stored.map((secret) => [secret.name, secret]));
  }

  /** The real service ends ARNs with six random characters; these are made from the name. */
  arnOf(name: string): string {
    const suffix = createHash('sha256').update(name).digest('hex').slice(0, 6);
    return `arn:aws:secretsmanager:${this.#options.region}:${SANDBOX_ACCOUNT}:secret:${name}-${suffix}`;
  }

  ensure(name: string, text: string): void {
    if (!this.#secrets.has(name)) this.create(name, { text });
  }

  create(name: string, value: SecretValue, description?: string): StoredSecret {
    if (!/^[A-Za-z0-9/_+=.@-]{1,512}$/.test(name))
      throw new SecretRefusal('InvalidParameterException', 'Invalid name.');
    if (this.#secrets.has(name)) {
      throw new SecretRefusal(
        'ResourceExistsException',
        `The operation failed because the secret ${name} already exists.`,
      );
    }
    const createdSeconds = this.#nowSeconds();
    const versions = isEmpty(value) ? [] : [this.#version(value)];
    return this.#save({
      name,
      arn: this.arnOf(name),
      createdSeconds,
      versions,
      ...(description === undefined ? {} : { description }),
    });
  }

  put(id: string, value: SecretValue): StoredSecret {
    if (isEmpty(value))
      throw new SecretRefusal('InvalidRequestException', 'You must provide either SecretString or SecretBinary.');
    const secret = this.live(id);
    const older = secret.versions.flatMap((version): SecretVersion[] =>
      version.stages.includes('AWSCURRENT') ? [{ ...version, stages: ['AWSPREVIOUS'] }] : [],
    );
    return this.#save({ ...secret, versions: [this.#version(value), ...older] });
  }

  delete(id: string, isForced: boolean): StoredSecret {
    const secret = { ...this.live(id), deletedSeconds: this.#nowSeconds() };
    if (!isForced) return this.#save(secret);
    this.#secrets.delete(secret.name);
    this.#write();
    return secret;
  }

  /** By name, ARN, or ARN without its random end. @throws SecretRefusal `ResourceNotFoundException` */
  find(id: string): StoredSecret {
    const found = [...this.#secrets.values()].find(
      ({ name, arn }) => id === name || id === arn || id === arn.slice(0, -7),
    );
    if (found === undefined)
      throw new SecretRefusal('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    return found;
  }

  /** As `find`. @throws SecretRefusal `InvalidRequestException` for one that is marked for deletion */
  live(id: string): StoredSecret {
    const secret = this.find(id);
    if (secret.deletedSeconds === undefined) return secret;
    throw new SecretRefusal(
      'InvalidRequestException',
      'You can’t perform this operation on the secret because it was marked for deletion.',
    );
  }

  #version(value: SecretValue): SecretVersion {
    return { id: this.#options.newId(), createdSeconds: this.#nowSeconds(), stages: ['AWSCURRENT'], ...value };
  }

  #nowSeconds(): number {
    return this.#options.clock.now().epochMilliseconds / 1000;
  }

  #save(secret: StoredSecret): StoredSecret {
    this.#secrets.set(secret.name, secret);
    this.#write();
    return secret;
  }

  #write(): void {
    writeFileSync(`${this.#path}.new`, JSON.stringify([...this.#secrets.values()]), { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
  }
}

function isEmpty(value: SecretValue): boolean {
  return value.text === undefined && value.binary === undefined;
}
