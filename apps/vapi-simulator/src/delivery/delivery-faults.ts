import { type SeededRandom } from '../chance/seeded-random';

/** How the way between Vapi and the engine misbehaves. Percentages are per message, independent of each other. */
export interface DeliveryFaults {
  lostPercent: number;
  latePercent: number;
  /** Longest delay of a late message, in simulated seconds. */
  lateSeconds: number;
  duplicatedPercent: number;
  reorderedPercent: number;
  slowPercent: number;
  /** How long a slow body takes to arrive, in real milliseconds: the engine's sockets live in real time. */
  slowMs: number;
  wrongSecretPercent: number;
  /** Reports that state an inflated duration beside true times. */
  inflatedPercent: number;
  /** Control requests that answer 500 and do nothing. */
  controlFailingPercent: number;
}

export const NO_FAULTS: DeliveryFaults = {
  lostPercent: 0,
  latePercent: 0,
  lateSeconds: 300,
  duplicatedPercent: 0,
  reorderedPercent: 0,
  slowPercent: 0,
  slowMs: 500,
  wrongSecretPercent: 0,
  inflatedPercent: 0,
  controlFailingPercent: 0,
};

/** What will happen to one message. */
export interface Fate {
  lost: boolean;
  lateMs: number;
  copies: number;
  heldBack: boolean;
  slowMs: number;
  wrongSecret: boolean;
}

/**
 * Decides by seed, call label and message name alone: the same faults strike in every run of a seed.
 * An assistant-request is only ever duplicated or slow. Losing one loses the call, and then there is nothing to bill.
 */
export class FaultPlan {
  private readonly faults: DeliveryFaults;

  constructor(
    private readonly random: SeededRandom,
    faults: Partial<DeliveryFaults> = {},
  ) {
    this.faults = { ...NO_FAULTS, ...faults };
  }

  fateOf(callLabel: string, messageName: string): Fate {
    const random = this.random.fork(`${callLabel}/${messageName}`);
    const faults = this.faults;
    // Every chance is drawn every time, so that raising one percentage leaves the other faults where they were.
    const lost = random.chance(faults.lostPercent);
    const late = random.chance(faults.latePercent);
    const lateMs = random.between(0.1, 1) * faults.lateSeconds * 1000;
    const copies = random.chance(faults.duplicatedPercent) ? 2 : 1;
    const heldBack = random.chance(faults.reorderedPercent);
    const slowMs = random.chance(faults.slowPercent) ? faults.slowMs : 0;
    const wrongSecret = random.chance(faults.wrongSecretPercent);
    if (messageName === 'assistant-request')
      return { lost: false, lateMs: 0, copies, heldBack: false, slowMs, wrongSecret: false };
    return { lost, lateMs: late ? lateMs : 0, copies, heldBack, slowMs, wrongSecret };
  }

  /** By how much the stated duration of this call's report exceeds the true one; 1 is the truth. */
  inflationOf(callLabel: string): number {
    const random = this.random.fork(`${callLabel}/inflation`);
    const factor = random.between(1.5, 8);
    return random.chance(this.faults.inflatedPercent) ? factor : 1;
  }

  controlFails(callLabel: string, attempt: number): boolean {
    return this.random.fork(`${callLabel}/control/${attempt}`).chance(this.faults.controlFailingPercent);
  }
}
