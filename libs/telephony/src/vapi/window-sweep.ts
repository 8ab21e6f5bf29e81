import { asRecord, fieldOf } from './json-field.reader';

/** Requests of one sweep; Vapi's rate limit is not published (429 has been seen). */
const MAX_REQUESTS = 16;

/** A page, or that there would have been more than can be read at once. */
export type Page = (from: Date, before: Date | undefined) => Promise<unknown>;
export const TOO_MUCH = Symbol('too much for one answer');

interface Window {
  readonly from: Date;
  /** Undefined: open, since calls keep changing while the sweep runs. */
  readonly before?: Date;
}

export interface Sweep {
  readonly records: readonly unknown[];
  /** Set when not all could be read: everything changed before this instant was. */
  readonly readUntil?: Date;
}

/**
 * Everything changed since `from`, although GET /call has no cursor and documents no order: a full page means that something
 * may be missing, so its window is asked again in two halves, the older one first, which works in any order.
 *
 * @returns undefined when an answer isn't a list; rejects as `page` does.
 */
export async function sweepWindow(from: Date, now: Date, pageSize: number, page: Page): Promise<Sweep | undefined> {
  const byId = new Map<unknown, unknown>();
  const unread: Window[] = [{ from }];
  for (let requests = 0; requests < MAX_REQUESTS; requests += 1) {
    const window = unread.pop();
    if (window === undefined) return { records: [...byId.values()] };
    const answer = await page(window.from, window.before);
    if (answer !== TOO_MUCH && !Array.isArray(answer)) return undefined;
    const records: readonly unknown[] = Array.isArray(answer) ? answer.filter(asRecord) : [];
    for (const record of records) byId.set(fieldOf(record, 'id'), record);
    if (Array.isArray(answer) && answer.length < pageSize) continue;
    const halves = halvesOf(window, now);
    if (halves.length === 0) return { records: [...byId.values()], readUntil: window.from };
    unread.push(...halves);
  }
  return { records: [...byId.values()], readUntil: unread.at(-1)?.from };
}

/** Younger half first: the stack gives the older one back first. None when a millisecond can't be halved. */
function halvesOf({ from, before }: Window, now: Date): Window[] {
  const middle = new Date(Math.floor((from.getTime() + (before ?? now).getTime()) / 2));
  if (!(middle > from)) return [];
  return [
    { from: middle, before },
    { from, before: middle },
  ];
}
