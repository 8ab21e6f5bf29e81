import { isDeepStrictEqual } from 'node:util';
import type { StoryClock } from './story-clock';

export const WIDTH = 100;
const INDENT = 10;

/** Tells the story in lines that fit a terminal, and notices when it goes otherwise than it should. */
export class Narrator {
  private scenes = 0;
  private compared = 0;
  private wrong = 0;

  constructor(private readonly clock: StoryClock) {}

  get figures(): number {
    return this.compared;
  }

  get mistakes(): number {
    return this.wrong;
  }

  scene(title: string): void {
    this.scenes += 1;
    console.log(`\n${String(this.scenes).padStart(2)}  ${title}`);
  }

  says(text: string): void {
    wrapped(text, WIDTH - INDENT).forEach((line, i) => {
      console.log(`${i === 0 ? `    ${this.clock.at()} ` : ' '.repeat(INDENT)}${line}`);
    });
  }

  /** Compares silently; what is not as it must be is told, and makes the demo fail. */
  expects(what: string, actual: unknown, expected: unknown): void {
    this.compared += 1;
    if (isDeepStrictEqual(actual, expected)) return;
    this.wrong += 1;
    console.log(`    WRONG ${what}: ${String(actual)}, expected ${String(expected)}`);
  }

  /** As `expects`, told either way. */
  verdict(claim: string, holds: boolean): void {
    this.compared += 1;
    if (!holds) this.wrong += 1;
    console.log(`  ${holds ? 'ok  ' : 'FAIL'}  ${claim}`);
  }
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1] as string;
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
