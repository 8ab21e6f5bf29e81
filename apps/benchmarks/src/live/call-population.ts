import { randomUUID } from 'node:crypto';
import { randomChoice, seededRandom } from '../measure/random-choice';

/** Mean talk. Exponential: how long a call will still last does not depend on how long it has, so the load is steady from the start. */
export const MEAN_TALK_SECONDS = 1_200;
/** A call shorter than this is none; one longer than twelve hours does not exist. */
const TALK_SECONDS = [5, 43_200] as const;
export const SLICE_SECONDS = 300;
/** Paid seconds left at which the engine extends a hold. */
export const LOOKAHEAD_SECONDS = 65;
/** Wallets that many calls share, and their part of the calls. */
const HOT_WALLETS = 10;
const HOT_SHARE = 0.1;
/** One call in a hundred talks until its money is used up, each on a wallet of its own: the engine must end it. */
const SPENT_SHARE = 0.01;
/** The first of them is due this long after the load begins. */
const FIRST_CUT_SECONDS = 5;
const SEED = 20_261_123;
const MS = 1_000;

export interface LiveCall {
  readonly id: string;
  readonly orgId: string;
  readonly startedAtMs: number;
  /** When the caller hangs up; never, for one that talks until its money is used up. */
  readonly hangsUpAtMs: number;
  /** Until when its wallet pays; for ever on wallets that are full. */
  readonly paidUntilMs: number;
}

/** A call that runs when the load begins, with the slices that its hold has grown to. */
export interface RunningCall extends LiveCall {
  readonly slices: number;
}

/** Who calls whom, and for how long. The same in every run but for the ids. */
export class CallPopulation {
  private readonly random = seededRandom(SEED);
  private readonly isHot = seededRandom(SEED + 1);
  private readonly hot: () => string;
  private readonly ordinary: () => string;
  /** Wallets with just the money that their one call holds. */
  readonly spentWallets: readonly string[];

  constructor(wallets: readonly string[], calls: number) {
    const spent = Math.min(Math.ceil(calls * SPENT_SHARE), Math.floor(wallets.length / 2));
    this.spentWallets = wallets.slice(0, spent);
    const full = wallets.slice(spent);
    this.hot = randomChoice(full.slice(0, HOT_WALLETS), SEED + 2);
    this.ordinary = randomChoice(full.slice(HOT_WALLETS), SEED + 3);
  }

  /** So many calls in the middle of their talk at that moment; those that run out of money do so evenly until the end. */
  running(count: number, nowMs: number, untilMs: number): RunningCall[] {
    const ends = untilMs - nowMs - FIRST_CUT_SECONDS * MS;
    const spent = this.spentWallets.map((orgId, i) =>
      this.spentCall(orgId, nowMs, nowMs + FIRST_CUT_SECONDS * MS + (ends * i) / this.spentWallets.length),
    );
    return [...spent, ...Array.from({ length: count - spent.length }, () => this.midway(nowMs))];
  }

  /** A call that is answered now. */
  beginning(nowMs: number): LiveCall {
    return {
      id: randomUUID(),
      orgId: this.isHot() < HOT_SHARE ? this.hot() : this.ordinary(),
      startedAtMs: nowMs,
      hangsUpAtMs: nowMs + this.talkSeconds() * MS,
      paidUntilMs: Number.POSITIVE_INFINITY,
    };
  }

  /** Exponential: calls come when they like. */
  pauseSeconds(perSecond: number): number {
    return this.exponential() / perSecond;
  }

  fraction(): number {
    return this.random();
  }

  private midway(nowMs: number): RunningCall {
    const talkedSeconds = this.talkSeconds();
    const call = this.beginning(nowMs);
    const slices = Math.floor((talkedSeconds + LOOKAHEAD_SECONDS) / SLICE_SECONDS) + 1;
    return { ...call, startedAtMs: nowMs - talkedSeconds * MS, slices };
  }

  private spentCall(orgId: string, nowMs: number, paidUntilMs: number): RunningCall {
    const slicesToCome = Math.ceil((paidUntilMs - nowMs) / (SLICE_SECONDS * MS));
    const slices = slicesToCome + Math.floor(this.talkSeconds() / SLICE_SECONDS);
    const startedAtMs = paidUntilMs - slices * SLICE_SECONDS * MS;
    return { id: randomUUID(), orgId, startedAtMs, paidUntilMs, slices, hangsUpAtMs: Number.POSITIVE_INFINITY };
  }

  private talkSeconds(): number {
    const [least, most] = TALK_SECONDS;
    return Math.min(least + this.exponential() * (MEAN_TALK_SECONDS - least), most);
  }

  private exponential(): number {
    return -Math.log(1 - this.random());
  }
}
