import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuyOutcome, NumberCriteria, Purchase } from '../application/number-provider.port';
import { isE164 } from './offered-numbers';
import { SANDBOX_AREA_CODES } from './sandbox-area-codes';
import { SandboxNumberProvider } from './sandbox-number-provider';
import { MemorySandboxShelf } from './sandbox-shelf';

const us = (areaCode?: string): NumberCriteria => ({
  country: 'US',
  numberType: 'local',
  ...(areaCode && { areaCode }),
});

describe('The sandbox', () => {
  let shelf: MemorySandboxShelf;
  let sandbox: SandboxNumberProvider;
  let intentId: string;

  beforeEach(() => {
    shelf = new MemorySandboxShelf();
    sandbox = new SandboxNumberProvider({ shelf, slowMs: 50, timeoutMs: 1 });
    intentId = randomUUID();
  });

  const purchaseOf = (outcome: BuyOutcome): Purchase => {
    if (!('purchase' in outcome)) throw new Error(`not bought: ${JSON.stringify(outcome)}`);
    return outcome.purchase;
  };
  const buy = async (areaCode?: string) => purchaseOf(await sandbox.buy(intentId, us(areaCode)));
  const sold = async () => (await shelf.all()).length;

  it.each<NumberCriteria>([
    us(),
    us('415'),
    { country: 'US', numberType: 'toll_free' },
    { country: 'CA', numberType: 'local', areaCode: '604' },
    { country: 'GB', numberType: 'local', areaCode: '020' },
    { country: 'GB', numberType: 'local', areaCode: '01632' },
    { country: 'GB', numberType: 'mobile' },
    { country: 'GB', numberType: 'toll_free' },
    { country: 'AU', numberType: 'local', areaCode: '02' },
    { country: 'AU', numberType: 'mobile' },
    { country: 'AU', numberType: 'toll_free' },
  ])('sells %j: the same number to the same intent, another to another', async (criteria) => {
    const { phoneNumber } = purchaseOf(await sandbox.buy(intentId, criteria));
    expect(isE164(phoneNumber)).toBe(true);
    expect(purchaseOf(await sandbox.buy(randomUUID(), criteria)).phoneNumber).not.toBe(phoneNumber);
    const elsewhere = new SandboxNumberProvider({ shelf: new MemorySandboxShelf() });
    expect(purchaseOf(await elsewhere.buy(intentId, criteria)).phoneNumber).toBe(phoneNumber);
  });

  it('goes from sale to service to release', async () => {
    const purchase = await buy();
    expect(await sandbox.findByIntent(intentId)).toEqual({ kind: 'bought', purchase });
    const active = await sandbox.register(purchase);
    expect(active).toMatchObject({ kind: 'active', phoneNumber: purchase.phoneNumber, vapiPhoneId: intentId });
    expect(await sandbox.register(purchase)).toEqual(active);
    expect(await sandbox.findByIntent(intentId)).toEqual(active);
    expect(await sandbox.release(purchase)).toEqual({ kind: 'released' });
    expect(await sandbox.release(purchase)).toEqual({ kind: 'released' });
    expect(await sandbox.findByIntent(intentId)).toEqual({ kind: 'nothing' });
  });

  it('sells one number per intent, however often it is asked', async () => {
    expect(await buy()).toEqual(await buy());
    expect(await sold()).toBe(1);
  });

  it('sells a number once', async () => {
    const search = await sandbox.search(us('415'), 3);
    const numbers = search.kind === 'found' ? search.numbers.map((each) => each.phoneNumber) : [];
    expect(numbers).toEqual(['+14155550000', '+14155550001', '+14155550002']);
    expect(await sandbox.buy(intentId, us('415'), numbers[1])).toMatchObject({ kind: 'bought' });
    expect(await sandbox.buy(randomUUID(), us('415'), numbers[1])).toMatchObject({ reason: 'number_taken' });
    expect(await sandbox.search(us('415'), 2)).toMatchObject({
      numbers: [{ phoneNumber: '+14155550000' }, { phoneNumber: '+14155550002' }],
    });
  });

  it('lists what it has sold', async () => {
    const { phoneNumber, providerRef } = await buy();
    expect(await sandbox.listTagged()).toEqual({
      kind: 'listed',
      complete: true,
      numbers: [{ intentId, side: 'sandbox', ref: providerRef, phoneNumber }],
    });
    expect(await sandbox.health()).toMatchObject({ ok: true, detail: 'Sandbox: 1 numbers sold' });
  });

  it('refuses what does not exist', async () => {
    const outcome = await sandbox.buy(intentId, { country: 'CA', numberType: 'mobile' });
    expect(outcome).toMatchObject({ kind: 'refused', reason: 'not_offered' });
  });

  describe('told to misbehave by area code', () => {
    it.each([
      ['555', 'no_number_in_area_code'],
      ['556', 'provider_out_of_money'],
      ['561', 'regulatory_bundle_missing'],
      ['567', 'provider_rate_limited'],
      ['569', 'number_taken'],
      ['570', 'provider_unreachable'],
    ])('%s refuses with %s and sells nothing', async (areaCode, reason) => {
      expect(await sandbox.buy(intentId, us(areaCode))).toMatchObject({ kind: 'refused', reason });
      expect(await sold()).toBe(0);
    });

    it('555 finds nothing either', async () => {
      expect(await sandbox.search(us('555'), 5)).toEqual({ kind: 'found', numbers: [] });
    });

    it('557 times out before the sale', async () => {
      expect(await sandbox.buy(intentId, us('557'))).toMatchObject({ kind: 'unknown' });
      expect(await sandbox.findByIntent(intentId)).toEqual({ kind: 'nothing' });
    });

    it('558 times out after the sale', async () => {
      expect(await sandbox.buy(intentId, us('558'))).toMatchObject({ kind: 'unknown' });
      expect(await sandbox.findByIntent(intentId)).toMatchObject({ kind: 'bought' });
      expect(await sold()).toBe(1);
    });

    it('559 refuses every registration', async () => {
      const purchase = await buy('559');
      for (let n = 0; n < 3; n++) expect(await sandbox.register(purchase)).toMatchObject({ kind: 'refused' });
      expect(await sandbox.findByIntent(intentId)).toEqual({ kind: 'bought', purchase });
    });

    it('560 takes its time', async () => {
      const started = Date.now();
      await buy('560');
      expect(Date.now() - started).toBeGreaterThanOrEqual(45);
    });

    it.each([
      ['562', { kind: 'refused', reason: 'number_blocked' }],
      ['563', { kind: 'active' }],
    ])('%s is activating for two looks, then decided', async (areaCode, end) => {
      const purchase = await buy(areaCode);
      expect(purchase.phoneNumber).toBeNull();
      expect(await sandbox.findByIntent(intentId)).toMatchObject({ kind: 'activating' });
      expect(await sandbox.register(purchase)).toMatchObject({ kind: 'pending' });
      expect(await sandbox.register(purchase)).toMatchObject(end);
      expect(await sold()).toBe(areaCode === '562' ? 0 : 1);
    });

    it('562 is found blocked before it is given back', async () => {
      await buy('562');
      for (let n = 0; n < 2; n++) await sandbox.findByIntent(intentId);
      expect(await sandbox.findByIntent(intentId)).toMatchObject({ kind: 'blocked' });
    });

    it('564 times out after the registration', async () => {
      const purchase = await buy('564');
      expect(await sandbox.register(purchase)).toMatchObject({ kind: 'unknown' });
      expect(await sandbox.register(purchase)).toMatchObject({ kind: 'active' });
    });

    it('565 times out after the release', async () => {
      const purchase = await buy('565');
      expect(await sandbox.release(purchase)).toMatchObject({ kind: 'unknown' });
      expect(await sandbox.release(purchase)).toEqual({ kind: 'released' });
    });

    it.each([
      ['566', 'nothing'],
      ['571', 'unknown'],
    ])('%s hides the sale for two looks: %s', async (areaCode, hidden) => {
      expect(await sandbox.buy(intentId, us(areaCode))).toMatchObject({ kind: 'unknown' });
      expect(await sandbox.findByIntent(intentId)).toMatchObject({ kind: hidden });
      expect(await sandbox.findByIntent(intentId)).toMatchObject({ kind: hidden });
      expect(await sandbox.findByIntent(intentId)).toMatchObject({ kind: 'bought' });
    });

    it('568 registers at the third try', async () => {
      const purchase = await buy('568');
      expect(await sandbox.register(purchase)).toMatchObject({ kind: 'pending' });
      expect(await sandbox.register(purchase)).toMatchObject({ kind: 'pending' });
      expect(await sandbox.register(purchase)).toMatchObject({ kind: 'active' });
    });

    it('as the README says', async () => {
      const readme = await readFile(join(__dirname, 'README.md'), 'utf8');
      const rows = [...readme.matchAll(/^\| (\d{3}) +\| (.+?) +\|$/gm)].map(([, code, summary]) => [code, summary]);
      expect(rows).toEqual(Object.entries(SANDBOX_AREA_CODES).map(([code, { summary }]) => [code, summary]));
    });

    it('every code of the table can be typed in as an area code of every country', () => {
      for (const areaCode of Object.keys(SANDBOX_AREA_CODES)) {
        for (const country of ['US', 'CA', 'GB', 'AU'] as const) {
          expect(sandbox.refusalFor({ country, numberType: 'local', areaCode })).toBeNull();
        }
      }
    });
  });
});
