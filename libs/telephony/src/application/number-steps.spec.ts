import { UnitOfWork } from '@holdfast/platform';
import { startTestEngine, type TestEngine } from '../../../../test/support/engine';
import { NumberBook, provision } from '../../../../test/support/numbers';
import { makeTenant } from '../../../../test/support/tenant';
import { addSeconds } from '@holdfast/kernel';
import type { PhoneNumberState } from '../domain/phone-number';
import { LEASE_SECONDS } from '../domain/phone-number-patience';
import { NumberQueue } from './number-queue.port';
import { NumberReader } from './number-reader.port';
import { recordActivation, recordStep, refundAndFail } from './number-steps';

const BALANCE = 1_000;
/** A purchase that timed out waits for its next look: nobody works on it. */
const TIMES_OUT = '557';

describe('a step is written by whoever has the lease, once', () => {
  let engine: TestEngine;
  let book: NumberBook;
  let work: UnitOfWork;
  let queue: NumberQueue;
  let reader: NumberReader;

  beforeAll(async () => {
    engine = await startTestEngine();
    book = new NumberBook(engine.settings.databaseUrl);
    await book.open();
    const { app } = engine.engine;
    [work, queue, reader] = [UnitOfWork, NumberQueue, NumberReader].map((part) =>
      app.get<unknown>(part, { strict: false }),
    ) as [UnitOfWork, NumberQueue, NumberReader];
  });

  afterAll(async () => {
    await book.close();
    await engine.stop();
  });

  async function open(): Promise<PhoneNumberState> {
    const { key } = await makeTenant(engine, { balancePence: BALANCE });
    const { body } = await provision(engine.url, key, TIMES_OUT);
    return (await reader.byId(String(body.id))) as PhoneNumberState;
  }

  const later = addSeconds(new Date(), 3_600);

  async function claimed(id: string): Promise<PhoneNumberState> {
    for (;;) {
      const taken = await queue.claim('sandbox', later, LEASE_SECONDS);
      if (taken?.id === id) return taken;
      if (taken === null) throw new Error('it was not due');
    }
  }

  it('who has lost it writes nothing, and refunds nothing', async () => {
    const stale = await open();
    const taken = await claimed(stale.id);
    expect(taken.lease).toBe(stale.lease + 1);

    const bought = { phoneNumber: '+12125550001', providerRef: 'p-1' };
    expect(await work.execute(recordStep(stale, (n, at) => n.bought(bought, at)))).toBeNull();
    expect(await work.execute(recordActivation(stale, { ...bought, vapiPhoneId: 'v-1' }))).toBeNull();
    expect(await work.execute(refundAndFail(stale, 'nothing_bought', null))).toBeNull();
    expect(await reader.byId(stale.id)).toMatchObject({ status: 'unknown', step: 'buying', lease: taken.lease });
    expect(await book.balanceOf(stale.orgId)).toBe(0);
  });

  it('20 claims at once give it to one', async () => {
    const { id } = await open();
    const taken = await Promise.all(Array.from({ length: 20 }, () => queue.claim('sandbox', later, LEASE_SECONDS)));
    expect(taken.filter((number) => number?.id === id)).toHaveLength(1);
  });

  it('20 refunds at once refund once', async () => {
    const number = await claimed((await open()).id);
    const failed = await Promise.all(
      Array.from({ length: 20 }, () => work.execute(refundAndFail(number, 'nothing_bought', null))),
    );
    expect(failed).toEqual(Array(20).fill(expect.objectContaining({ status: 'failed' })));
    expect(await book.journalOf(number.orgId)).toEqual(['topup', 'phone_number', 'refund']);
    expect(await book.balanceOf(number.orgId)).toBe(BALANCE);
  });

  it('what was delivered is not refunded any more', async () => {
    const number = await claimed((await open()).id);
    const active = { phoneNumber: '+12125550002', providerRef: 'p-2', vapiPhoneId: `v-${number.id}` };
    expect(await work.execute(recordActivation(number, active))).toMatchObject({ status: 'active' });
    expect(await work.execute(refundAndFail(number, 'activation_timed_out', null))).toBeNull();
    expect(await book.journalOf(number.orgId)).toEqual(['topup', 'phone_number']);
  });

  it('a purchase takes the place of the same number registered by hand', async () => {
    const number = await claimed((await open()).id);
    const vapiPhoneId = `v-${number.id}`;
    const other = await makeTenant(engine);
    await fetch(`${engine.url}/api/admin/organizations/${other.orgId}/phone-numbers/${vapiPhoneId}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${engine.adminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ assistantId: 'a-1' }),
    });
    const active = { phoneNumber: '+12125550003', providerRef: 'p-3', vapiPhoneId };
    expect(await work.execute(recordActivation(number, active))).toMatchObject({ status: 'active' });
    expect(await reader.find(other.orgId, vapiPhoneId)).toMatchObject({ status: 'released' });
  });
});
