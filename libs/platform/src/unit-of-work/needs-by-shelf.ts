import type { Command } from './command';
import type { AnyShelf } from './shelf';

/** What these commands ask for, shelf by shelf: those to be locked first, for everything else is read under their locks. */
export function needsByShelf(commands: Iterable<Command<unknown>>): [AnyShelf, unknown[]][] {
  const byShelf = new Map<AnyShelf, unknown[]>();
  for (const command of commands) {
    for (const { shelf, need } of command.wants) {
      const needs = byShelf.get(shelf);
      if (needs) needs.push(need);
      else byShelf.set(shelf, [need]);
    }
  }
  return [...byShelf].sort(([a], [b]) => Number(b.stage === 'lock') - Number(a.stage === 'lock'));
}
