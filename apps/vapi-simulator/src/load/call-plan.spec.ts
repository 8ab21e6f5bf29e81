import { planCalls, type PlanOptions } from './call-plan';
import { durationDistribution } from './duration-distribution';
import { SeededRandom } from '../chance/seeded-random';
import { priceOfMs } from './price-oracle';

const OPTIONS: PlanOptions = {
  seed: 'a',
  calls: 300,
  wallets: 12,
  poorPercent: 40,
  duration: 'lognormal:120',
  longestSeconds: 1_800,
  kinds: { inboundPhoneCall: 70, outboundPhoneCall: 20, webCall: 10 },
  unansweredPercent: 5,
  policy: 'protect',
};

describe('a call plan', () => {
  it('is the same for the same seed and another for another', () => {
    expect(planCalls(OPTIONS)).toEqual(planCalls({ ...OPTIONS }));
    expect(planCalls({ ...OPTIONS, seed: 'b' })).not.toEqual(planCalls(OPTIONS));
  });

  it('keeps the first calls when more are asked for', () => {
    expect(planCalls({ ...OPTIONS, calls: 400 }).calls.slice(0, 300)).toEqual(planCalls(OPTIONS).calls);
  });

  it('gives rich wallets more than their calls cost and poor ones less', () => {
    const { wallets, calls } = planCalls(OPTIONS);
    wallets.forEach((wallet, index) => {
      const own = calls.filter((call) => call.wallet === index);
      const cost = own.reduce((sum, { talkMs }) => sum + priceOfMs(wallet.card, talkMs), 0);
      if (wallet.poor) expect(wallet.topUpPence).toBeLessThan(cost);
      else expect(wallet.topUpPence).toBeGreaterThan(cost);
    });
    expect(wallets.some(({ poor }) => poor)).toBe(true);
    expect(wallets.some(({ poor }) => !poor)).toBe(true);
  });

  it('holds a rich strict wallet’s longest call whole', () => {
    const { wallets, calls } = planCalls({ ...OPTIONS, policy: 'strict' });
    for (const { wallet, talkMs } of calls) {
      const { poor, estimatedMinutes } = wallets[wallet]!;
      if (!poor) expect(estimatedMinutes * 60_000).toBeGreaterThanOrEqual(talkMs);
    }
  });

  it('mixes kinds by weight', () => {
    const { calls } = planCalls(OPTIONS);
    const inbound = calls.filter(({ kind }) => kind === 'inboundPhoneCall').length;
    expect(inbound / calls.length).toBeGreaterThan(0.6);
    expect(inbound / calls.length).toBeLessThan(0.8);
    const weights = { inboundPhoneCall: 0, outboundPhoneCall: 0, webCall: 1 };
    expect(planCalls({ ...OPTIONS, kinds: weights }).calls.every(({ kind }) => kind === 'webCall')).toBe(true);
  });
});

describe('a duration distribution', () => {
  const sample = (text: string) =>
    Array.from({ length: 500 }, (_, i) => durationDistribution(text, 1_800)(new SeededRandom(i))).sort((a, b) => a - b);

  it('reads fixed, uniform and lognormal', () => {
    expect(new Set(sample('fixed:42.5'))).toEqual(new Set([42_500]));
    const uniform = sample('uniform:30-60');
    expect(uniform[0]).toBeGreaterThanOrEqual(30_000);
    expect(uniform.at(-1)).toBeLessThanOrEqual(60_000);
    expect(Math.abs(sample('lognormal:120')[250]! - 120_000)).toBeLessThan(25_000);
    expect(sample('lognormal:1200').at(-1)).toBe(1_800_000);
  });

  it.each(['120', 'fixed', 'uniform:60-30', 'gauss:3'])('refuses %s', (text) => {
    expect(() => durationDistribution(text, 1_800)).toThrow(RangeError);
  });
});
