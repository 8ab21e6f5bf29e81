import { readFileSync, renameSync, rmSync, linkSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { processBirth } from './process-birth';

/** A claim is one short write; a file still empty after this long was left by a process that died inside it. */
const HALF_WRITTEN_CLAIM_MS = 1_000;
const RETRY_MS = 50;

/** The right of one process to start, use and stop the PostgreSQL of one data folder. */
export interface DataFolderClaim {
  release(): void;
}

interface Claimant {
  pid: number;
  birth: string;
}

/**
 * Claims a data folder for this process, or throws one line that names the process holding it.
 * The claim of a dead process is void. This is what makes errors clear, not what keeps the data whole: should two
 * processes ever claim at once, PostgreSQL's own postmaster.pid still lets only one server on the folder.
 */
export async function claimDataFolder(directory: string): Promise<DataFolderClaim> {
  const path = `${directory}.owner`;
  const mine: Claimant = { pid: process.pid, birth: processBirth(process.pid) ?? '' };
  const text = JSON.stringify(mine);
  const giveUpOnEmptyAt = Date.now() + HALF_WRITTEN_CLAIM_MS;
  for (;;) {
    if (wasCreated(path, text)) return { release: () => removeIf(path, text) };
    const found = readText(path);
    if (found === undefined) continue; // released between the two looks
    const holder = parse(found);
    if (holder && processBirth(holder.pid) === holder.birth) throw new Error(inUse(directory, holder.pid));
    if (!holder && Date.now() < giveUpOnEmptyAt) await sleep(RETRY_MS);
    else removeIf(path, found);
  }
}

function inUse(directory: string, pid: number): string {
  const who = pid === process.pid ? 'this very process' : `process ${pid}`;
  return `The data folder ${directory} is in use by ${who}: stop that one first, or set DATABASE_URL.`;
}

function wasCreated(path: string, text: string): boolean {
  return succeedsUnless('EEXIST', () => writeFileSync(path, text, { flag: 'wx', mode: 0o644 }));
}

/** Removes the claim only if it is still the one that was looked at: another process may have renewed it meanwhile. */
function removeIf(path: string, text: string): void {
  const aside = `${path}.${process.pid}`;
  if (!succeedsUnless('ENOENT', () => renameSync(path, aside))) return;
  if (readText(aside) !== text) succeedsUnless('EEXIST', () => linkSync(aside, path));
  rmSync(aside, { force: true });
}

function readText(path: string): string | undefined {
  let text: string | undefined;
  succeedsUnless('ENOENT', () => (text = readFileSync(path, 'utf8')));
  return text;
}

/** False when the one expected fault occurs; any other must surface, or a claim of root's would be retried for ever. */
function succeedsUnless(code: string, action: () => void): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === code) return false;
    throw error;
  }
}

function parse(text: string): Claimant | undefined {
  try {
    const { pid, birth } = JSON.parse(text) as Partial<Claimant>;
    return typeof pid === 'number' && typeof birth === 'string' ? { pid, birth } : undefined;
  } catch {
    return undefined;
  }
}
