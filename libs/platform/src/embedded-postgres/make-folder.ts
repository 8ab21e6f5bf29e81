import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it. Not by mkdirSync's own `recursive`: where a file system takes no folders and says
 * that there is no such file (/proc), Node tries for ever.
 * @throws the system's fault, with the path that could not be made
 */
export function makeFolder(path: string): void {
  if (isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  try {
    mkdirSync(path);
  } catch (fault) {
    if (!isFolder(path)) throw fault; // else another process was quicker
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false; // making it will say why
  }
}
