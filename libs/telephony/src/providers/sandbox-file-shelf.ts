import { randomUUID } from 'node:crypto';
import { access, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { tagOf } from './intent-tag';
import type { SandboxNumber, SandboxShelf } from './sandbox-shelf';

/**
 * A shelf that survives `kill -9` and is shared by processes: one file per claimed number (created exclusively, so one
 * process wins) and one file per intent (written aside, flushed, renamed). The intent's file is the truth. A process
 * that dies between the two leaves a claimed number that nobody owns: one number fewer for sale, never one sold twice.
 */
export class FileSandboxShelf implements SandboxShelf {
  private readonly claims: string;
  private readonly intents: string;

  constructor(directory: string) {
    this.claims = join(directory, 'claims');
    this.intents = join(directory, 'intents');
  }

  async claim(phoneNumber: string): Promise<boolean> {
    await this.prepare();
    try {
      await (await open(join(this.claims, phoneNumber), 'wx')).close();
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    }
  }

  async isClaimed(phoneNumber: string): Promise<boolean> {
    return access(join(this.claims, phoneNumber)).then(
      () => true,
      () => false,
    );
  }

  async put(number: SandboxNumber): Promise<void> {
    await this.prepare();
    const aside = join(this.intents, `.${randomUUID()}`);
    const file = await open(aside, 'wx');
    try {
      await file.writeFile(JSON.stringify(number));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(aside, this.pathOf(number.intentId));
    await flush(this.intents);
  }

  async get(intentId: string): Promise<SandboxNumber | null> {
    return this.read(this.pathOf(intentId));
  }

  async remove(intentId: string): Promise<void> {
    const number = await this.get(intentId);
    if (!number) return;
    await rm(this.pathOf(intentId), { force: true });
    await flush(this.intents);
    await rm(join(this.claims, number.phoneNumber), { force: true });
  }

  async all(): Promise<SandboxNumber[]> {
    await this.prepare();
    const names = (await readdir(this.intents)).filter((name) => name.endsWith('.json')).sort();
    const numbers: SandboxNumber[] = [];
    // One after the other: thousands at once would run out of file handles.
    for (const name of names) {
      const number = await this.read(join(this.intents, name));
      if (number) numbers.push(number);
    }
    return numbers;
  }

  /** Null when it is gone. Anything else unreadable is a fault and said aloud: "nothing" would refund a sold number. */
  private async read(path: string): Promise<SandboxNumber | null> {
    try {
      return JSON.parse(await readFile(path, 'utf8')) as SandboxNumber;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
  }

  private pathOf(intentId: string): string {
    return join(this.intents, `${tagOf(intentId)}.json`);
  }

  private async prepare(): Promise<void> {
    await mkdir(this.claims, { recursive: true });
    await mkdir(this.intents, { recursive: true });
  }
}

/** A rename is durable once its directory is. Windows cannot open directories and needs no such flush. */
async function flush(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
