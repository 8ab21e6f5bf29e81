import { scaledTime } from '@holdfast/kernel';

const LOOK_EVERY_MS = 25;
/** Of the audience; real time. What is waited for comes within seconds unless the machine is busy. */
const PATIENCE_MS = 60_000;

/** The engine's clock, as the audience sees it: minutes and seconds since the story began. */
export class StoryClock {
  private readonly began: number;

  constructor(readonly timeScale: number) {
    this.began = this.now().getTime();
  }

  now(): Date {
    return scaledTime(new Date(), this.timeScale);
  }

  /** `07:05` */
  at(moment: Date = this.now()): string {
    const seconds = Math.max(0, Math.floor((moment.getTime() - this.began) / 1_000));
    const digits = (n: number): string => String(n).padStart(2, '0');
    return `${digits(Math.floor(seconds / 60))}:${digits(seconds % 60)}`;
  }

  /** Looks again and again until there is something. Throws when the audience loses its patience. */
  async until<Found>(what: string, look: () => Promise<Found | null>): Promise<Found> {
    const giveUpAt = performance.now() + PATIENCE_MS;
    for (;;) {
      const found = await look();
      if (found !== null) return found;
      if (performance.now() > giveUpAt) throw new Error(`waited ${PATIENCE_MS / 1_000} s in vain for ${what}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }
}
