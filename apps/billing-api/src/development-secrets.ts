import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '@holdfast/platform';

const SECRET_BYTES = 24;

/** Secrets of a development engine: made once, kept in the data folder for its owner's eyes. Never for production. */
export class DevelopmentSecrets {
  readonly made: Record<string, string> = {};

  constructor(private readonly folder: string) {}

  secret(name: string): string {
    makeFolder(this.folder);
    const file = join(this.folder, `${name.toLowerCase().replaceAll('_', '-')}.txt`);
    let value = read(file);
    if (!value) {
      value = `dev_${randomBytes(SECRET_BYTES).toString('base64url')}`;
      writeFileSync(`${file}.new`, `${value}\n`, { mode: 0o600 });
      renameSync(`${file}.new`, file); // whole or not at all
      chmodSync(file, 0o600);
    }
    this.made[name] = value;
    return value;
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw fault;
  }
}
