import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataFolderOf } from '../../data-folder';
import { UsageError } from '../command-line/usage.error';

export interface LoadTarget {
  readonly url: string;
  /** The operator key. */
  readonly key: string;
}

const DEFAULT_URL = 'http://127.0.0.1:3000';
/** Where a development engine keeps the key it made for itself. */
const KEY_FILE = 'admin-api-key.txt';

/** Which engine, and with which key: as given, else this environment's, else the development engine's own. */
export function readLoadTarget(args: readonly string[], environment: NodeJS.ProcessEnv): LoadTarget {
  const [url = DEFAULT_URL, givenKey, ...rest] = args;
  if (rest.length > 0) throw new UsageError(`Too many arguments: ${rest.join(' ')}`);
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) throw new UsageError(`Not an http URL: ${url}`);
  const key = givenKey || environment.ADMIN_API_KEY || readKey(join(dataFolderOf(environment), KEY_FILE));
  if (!key) throw new UsageError('No operator key: give it, set ADMIN_API_KEY, or start the engine here first.');
  return { url: url.replace(/\/+$/, ''), key };
}

function readKey(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined; // no development engine has run here: refused above
  }
}
