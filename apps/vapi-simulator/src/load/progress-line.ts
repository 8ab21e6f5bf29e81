const REDRAW_MS = 200;
const PLAIN_LINE_EVERY_MS = 5_000;

/** One line that is rewritten on a terminal, and now and then a plain line elsewhere. To stderr: stdout is the result. */
export class ProgressLine {
  private lastAt = 0;

  constructor(private readonly out: NodeJS.WriteStream = process.stderr) {}

  show(text: string): void {
    const now = Date.now();
    if (now - this.lastAt < (this.out.isTTY ? REDRAW_MS : PLAIN_LINE_EVERY_MS)) return;
    this.lastAt = now;
    if (this.out.isTTY) this.out.write(`\r\u001b[2K${text}`);
    else this.out.write(`${text}\n`);
  }

  /** A line that stays. */
  say(text: string): void {
    this.out.write(this.out.isTTY ? `\r\u001b[2K${text}\n` : `${text}\n`);
    this.lastAt = 0;
  }
}
