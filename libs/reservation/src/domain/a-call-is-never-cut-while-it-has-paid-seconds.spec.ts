import { MAX_GRANTED_SECONDS, priceOf, secondsFor, type RateCard } from '@holdfast/kernel';
import fc from 'fast-check';
import { extensionTarget, type ExtensionPolicy } from './extension-policy';
import { sizeHold, sizeSlice } from './hold-size';
import { judgeLiveCall } from './kill-switch';
import { STANDARD } from './rate-card.examples';

describe('the kill switch, asked every 60 s', () => {
  it.each([
    ['lets a fresh call run', 0, 300, { endCall: false, warn: false, remainingSeconds: 300, nextCheckSeconds: 60 }],
    [
      'lets it run to its last second',
      299,
      300,
      { endCall: false, warn: true, remainingSeconds: 1, nextCheckSeconds: 1 },
    ],
    ['lets it run to the last fraction', 299.7, 300, { endCall: false, warn: true, nextCheckSeconds: 1 }],
    ['ends it when all is used', 300, 300, { endCall: true, warn: false, remainingSeconds: 0, nextCheckSeconds: 0 }],
    ['ends it when more than all is used', 420, 300, { endCall: true, remainingSeconds: 0 }],
    ['ends a call that was granted nothing', 0, 0, { endCall: true, remainingSeconds: 0 }],
    ['warns below one interval', 241, 300, { endCall: false, warn: true, remainingSeconds: 59, nextCheckSeconds: 59 }],
    [
      'does not warn at one interval',
      240,
      300,
      { endCall: false, warn: false, remainingSeconds: 60, nextCheckSeconds: 60 },
    ],
    ['asks again before the money ends', 269.5, 300, { warn: true, remainingSeconds: 30.5, nextCheckSeconds: 30 }],
  ])('%s', (_, elapsedSeconds, grantedSeconds, decision) => {
    expect(judgeLiveCall({ elapsedSeconds, grantedSeconds, intervalSeconds: 60 })).toMatchObject(decision);
  });

  it('ends a call exactly when no paid second is left, whatever the figures', () => {
    const anyTime = fc.double({ min: 0, max: 100_000, noNaN: true });
    const exact = fc.property(
      anyTime,
      fc.nat(43_200),
      fc.integer({ min: 1, max: 3_600 }),
      (elapsed, granted, interval) => {
        const call = { elapsedSeconds: elapsed, grantedSeconds: granted, intervalSeconds: interval };
        const { endCall, warn, remainingSeconds } = judgeLiveCall(call);
        return (
          endCall === elapsed >= granted && !(endCall && warn) && remainingSeconds === Math.max(0, granted - elapsed)
        );
      },
    );
    fc.assert(exact, { numRuns: 10_000 });
  });
});

interface Run {
  readonly elapsedSeconds: number;
  readonly heldPence: number;
}

/** A call that talks on until it is cut, looked at whenever the kill switch says. */
function runUntilCut(
  card: RateCard,
  moneyPence: number,
  minutes: number,
  interval: number,
  policy: ExtensionPolicy,
): Run {
  let heldPence = sizeHold(card, minutes * 60, moneyPence)?.pence ?? 0;
  for (let elapsedSeconds = 0; ;) {
    const target = extensionTarget(elapsedSeconds, secondsFor(card, heldPence), policy);
    const slice = target === null ? null : sizeSlice(card, heldPence, target, moneyPence - heldPence);
    heldPence += slice?.pence ?? 0;
    const grantedSeconds = secondsFor(card, heldPence);
    const decision = judgeLiveCall({ elapsedSeconds, grantedSeconds, intervalSeconds: interval });
    if (decision.endCall) return { elapsedSeconds, heldPence };
    elapsedSeconds += decision.nextCheckSeconds;
  }
  throw new Error('the call was never cut');
}

describe('a call that is extended while money lasts', () => {
  it('runs exactly as long as its wallet can pay: no second less, none more', () => {
    const card: fc.Arbitrary<RateCard> = fc.record({
      id: fc.constant('card'),
      version: fc.constant(1),
      pencePerMinuteE4: fc.integer({ min: 1_000, max: 5_000_000 }),
      incrementSeconds: fc.constantFrom(1, 6, 30, 60, 61),
      minimumSeconds: fc.constantFrom(0, 0, 30, 90),
      connectionFeePence: fc.constantFrom(0, 0, 10),
    });
    const interval = fc.constantFrom(5, 15, 60);
    const slice = fc.constantFrom(60, 300, 301);
    const runs = fc.property(card, fc.nat(8_000), fc.integer({ min: 1, max: 10 }), interval, slice, (...given) => {
      const [tariff, money, minutes, intervalSeconds, sliceSeconds] = given;
      const policy = { lookaheadSeconds: intervalSeconds, sliceSeconds };
      const { elapsedSeconds, heldPence } = runUntilCut(tariff, money, minutes, intervalSeconds, policy);
      if (heldPence > money) return false;
      return elapsedSeconds === Math.min(secondsFor(tariff, money), MAX_GRANTED_SECONDS);
    });
    fc.assert(runs, { numRuns: 400 });
  });

  it('may use a wallet that is wholly held by it alone: 280p are five minutes', () => {
    const policy = { lookaheadSeconds: 60, sliceSeconds: 300 };
    expect(runUntilCut(STANDARD, 280, 5, 60, policy)).toEqual({ elapsedSeconds: 300, heldPence: 280 });
    expect(priceOf(STANDARD, 300).costPence).toBe(280);
  });
});
