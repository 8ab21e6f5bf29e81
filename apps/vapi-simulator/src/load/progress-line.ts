import type { Settlement } from './settlement';

const REDRAW_MS = 200;
const PLAIN_LINE_EVERY_MS = 5_000;
const BAR_WIDTH = 20;
const CLEAR = '\r\u001b[2K';

/** One line that is rewritten on a terminal, and now and then a plain line elsewhere. To stderr: stdout is the result. */
export class ProgressLine {
  private lastAt = 0;

  constructor(private readonly out: NodeJS.WriteStream = process.stderr) {}

  /** @param text asked for only when it will be shown */
  show(text: () => string): void {
    const now = Date.now();
    if (now - this.lastAt < (this.out.isTTY ? REDRAW_MS : PLAIN_LINE_EVERY_MS)) return;
    this.lastAt = now;
    this.out.write(this.out.isTTY ? `${CLEAR}${text()}` : `${text()}\n`);
  }

  /** A line that stays. */
  say(text: string): void {
    this.clear();
    this.out.write(`${text}\n`);
  }

  clear(): void {
    if (this.out.isTTY) this.out.write(CLEAR);
    this.lastAt = 0;
  }
}

export interface CallsSoFar {
  calls: number;
  placed: number;
  over: number;
  turnedAway: number;
  cut: number;
  startedAt: number;
  speed: number;
}

export function callsLine({ calls, placed, over, turnedAway, cut, startedAt, speed }: CallsSoFar): string {
  const done = over + turnedAway;
  const filled = Math.round((done / calls) * BAR_WIDTH);
  const bar = '#'.repeat(filled).padEnd(BAR_WIDTH, '.');
  const seconds = (Date.now() - startedAt) / 1000;
  const minutes = Math.round((seconds * speed) / 60);
  return (
    `[${bar}] ${done}/${calls} calls done, ${placed - over} on the line, ${turnedAway} not started, ${cut} cut` +
    ` | ${seconds.toFixed(0)} s, ${minutes} min simulated`
  );
}

export function waitingLine({ afterSeconds, liveCalls, heldPence, unaccounted }: Settlement): string {
  return (
    `all calls are over; after ${afterSeconds.toFixed(0)} s ${liveCalls} are live, ${heldPence}p held, ` +
    `${unaccounted.length} not charged yet`
  );
}
