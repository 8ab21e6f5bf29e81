import fc from 'fast-check';
import { enforce, isWarningOutdated, LOOKAHEAD_SECONDS, type Enforcement, type LiveCallView } from './enforcement';

const view = (call: Partial<LiveCallView>): LiveCallView => ({
  remainingSeconds: 300,
  lastSlice: true,
  warnedAtSeconds: null,
  cutAttempts: 0,
  ...call,
});
const wait = (nextInSeconds: number): Enforcement => ({ action: 'wait', nextInSeconds });
const warn = (atSeconds: number, nextInSeconds: number): Enforcement => ({ action: 'warn', atSeconds, nextInSeconds });
const cut = (nextInSeconds: number): Enforcement => ({ action: 'cut', nextInSeconds });

describe('what is done about a live call', () => {
  it.each<[string, Partial<LiveCallView>, Enforcement]>([
    ['with money behind it: nothing until its hold comes near its end', { lastSlice: false }, wait(235)],
    ['just above the lookahead', { lastSlice: false, remainingSeconds: 65.5 }, wait(0.5)],
    [
      'at the longest call, where nothing can be added: a look now and then',
      { lastSlice: false, remainingSeconds: 60 },
      wait(15),
    ],
    ['in its last seconds of the longest call', { lastSlice: false, remainingSeconds: 4 }, wait(4)],
    ['on its last slice: a look for a top-up', { remainingSeconds: 240 }, wait(15)],
    ['on its last slice, close to the first warning', { remainingSeconds: 65 }, wait(5)],
    ['with a minute left: the first warning', { remainingSeconds: 60 }, warn(60, 15)],
    ['found late, below the minute', { remainingSeconds: 31 }, warn(60, 15)],
    ['warned already: nothing', { remainingSeconds: 45, warnedAtSeconds: 60 }, wait(15)],
    ['warned already, close to the second warning', { remainingSeconds: 20, warnedAtSeconds: 60 }, wait(5)],
    ['with a quarter left: the second warning', { remainingSeconds: 15, warnedAtSeconds: 60 }, warn(15, 15)],
    ['found so late that the first was missed: only the second', { remainingSeconds: 9 }, warn(15, 9)],
    ['warned twice: nothing until the end', { remainingSeconds: 7.5, warnedAtSeconds: 15 }, wait(7.5)],
    ['with a thousandth of a second left', { remainingSeconds: 0.001, warnedAtSeconds: 15 }, wait(0.001)],
    [
      'topped up after the second warning: the first again',
      { remainingSeconds: 58, warnedAtSeconds: 15 },
      warn(60, 15),
    ],
    ['topped up after both, with time to spare', { remainingSeconds: 75, warnedAtSeconds: 15 }, wait(15)],
    ['with nothing left: the end', { remainingSeconds: 0, warnedAtSeconds: 15 }, cut(2)],
    ['that was granted nothing', { remainingSeconds: 0, lastSlice: false }, cut(2)],
    ['told to end once and still there', { remainingSeconds: 0, cutAttempts: 1 }, cut(2)],
    ['told to end many times and still there', { remainingSeconds: 0, cutAttempts: 50 }, cut(30)],
  ])('%s', (_, call, decision) => {
    expect(enforce(view(call))).toEqual(decision);
  });

  it.each<[string, Partial<LiveCallView>, boolean]>([
    ['nothing was said', { warnedAtSeconds: null, lastSlice: false }, false],
    ['it is as it was said', { warnedAtSeconds: 60, remainingSeconds: 60 }, false],
    ['less is left than was said', { warnedAtSeconds: 60, remainingSeconds: 12 }, false],
    ['money has come for a whole slice', { warnedAtSeconds: 15, remainingSeconds: 14, lastSlice: false }, true],
    ['money has come for a little more', { warnedAtSeconds: 15, remainingSeconds: 74 }, true],
  ])('a warning is outdated or not: %s', (_, call, outdated) => {
    expect(isWarningOutdated(view(call))).toBe(outdated);
  });
});

interface Life {
  readonly grantedSeconds: number;
  readonly wholeSlices: number;
  readonly topUps: readonly { readonly atSecond: number; readonly seconds: number }[];
  /** How much later than asked for each look comes. */
  readonly delays: readonly number[];
}

const anyLife: fc.Arbitrary<Life> = fc.record({
  grantedSeconds: fc.integer({ min: 0, max: 400 }),
  wholeSlices: fc.nat(3),
  topUps: fc.array(fc.record({ atSecond: fc.nat(1_500), seconds: fc.integer({ min: 1, max: 200 }) }), { maxLength: 4 }),
  delays: fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 5, noNaN: true }), fc.constantFrom(20, 70)), {
    minLength: 1,
    maxLength: 20,
  }),
});

interface Look {
  readonly at: number;
  readonly paidUntil: number;
  readonly decision: Enforcement;
}

/** A call that talks on until it is told to end, looked at whenever it was asked for, or somewhat later. */
function live({ grantedSeconds, wholeSlices, topUps, delays }: Life): Look[] {
  const looks: Look[] = [];
  let slices = wholeSlices;
  let paidUntil = grantedSeconds;
  let warnedAtSeconds: number | null = null;
  const unpaid = [...topUps].sort((a, b) => a.atSecond - b.atSecond);
  for (let at = 0; looks.length < 10_000;) {
    while (unpaid[0] && unpaid[0].atSecond <= at) paidUntil = Math.max(paidUntil, at) + (unpaid.shift()?.seconds ?? 0);
    if (slices > 0 && paidUntil - at <= LOOKAHEAD_SECONDS) {
      paidUntil = Math.max(paidUntil, at) + 300;
      slices -= 1;
    }
    const call = {
      remainingSeconds: Math.max(0, paidUntil - at),
      lastSlice: slices === 0,
      warnedAtSeconds,
      cutAttempts: 0,
    };
    if (isWarningOutdated(call)) warnedAtSeconds = null;
    const decision = enforce({ ...call, warnedAtSeconds });
    looks.push({ at, paidUntil, decision });
    if (decision.action === 'cut') return looks;
    if (decision.action === 'warn') warnedAtSeconds = decision.atSeconds;
    at += decision.nextInSeconds + (delays[looks.length % delays.length] ?? 0);
  }
  throw new Error('the call was never ended');
}

describe('whatever is topped up, and however late the looks come', () => {
  const expectAlways = (claim: (looks: Look[], life: Life) => boolean): void =>
    fc.assert(
      fc.property(anyLife, (life) => claim(live(life), life)),
      { numRuns: 5_000 },
    );

  it('a call is never ended while it has paid seconds left', () => {
    expectAlways((looks) => looks.every(({ at, paidUntil, decision }) => decision.action !== 'cut' || at >= paidUntil));
  });

  it('a call is ended by the first look after its paid seconds, and runs past them by no more than that look is late', () => {
    expectAlways((looks, { delays }) => {
      const end = looks.at(-1) as Look;
      const before = looks.at(-2);
      if (before && before.paidUntil < end.paidUntil) return true; // it was topped up since
      return end.at - end.paidUntil <= Math.max(...delays) + 1e-6;
    });
  });

  it('each warning is given at most once for the same paid time', () => {
    expectAlways((looks) => {
      const said = looks.flatMap(({ decision, paidUntil }) =>
        decision.action === 'warn' ? [`${decision.atSeconds} s before ${paidUntil}`] : [],
      );
      return new Set(said).size === said.length;
    });
  });

  it('a warning never promises more than is left, nor comes earlier than it says', () => {
    expectAlways((looks) =>
      looks.every(({ at, paidUntil, decision }) => decision.action !== 'warn' || paidUntil - at <= decision.atSeconds),
    );
  });

  it('there is always another look while the call lives, never in a busy loop, never beyond the paid time', () => {
    expectAlways((looks) =>
      looks.every(({ at, paidUntil, decision: { action, nextInSeconds } }) => {
        if (action === 'cut') return nextInSeconds >= 2;
        return nextInSeconds > 0 && at + nextInSeconds <= paidUntil + 1e-9;
      }),
    );
  });
});
