import { randomUUID } from 'node:crypto';
import { startTestEngine, type TestEngine } from '../support/engine';
import { lockWallet, sql } from './support/database-access';
import { deliver } from './support/deliver';
import { eventually } from './support/eventually';
import { assistantRequest, inProgress, report } from './support/messages';
import { Operator } from './support/operator';
import { openNumberedTenant, type NumberedTenant } from './support/tenants';

const BALANCE = 10_000;

const REFUSING_BOOK = `create or replace function refuse_news() returns trigger language plpgsql as
  $$ begin raise exception 'the book is closed'; end $$`;
const CLOSE_BOOK = `create trigger the_book_is_closed before update on calls for each row
  when (new.state = 'settled') execute function refuse_news()`;

/** Ten times faster than life: the first pause of 5 s takes half a second. */
describe('a delivery that failed for a passing reason (trap 4: an error while charging was swallowed)', () => {
  let engine: TestEngine;
  let operator: Operator;

  beforeAll(async () => {
    engine = await startTestEngine({ timeScale: 10 });
    operator = new Operator(engine);
  });

  afterAll(() => engine.stop());

  /** For longer than the engine waits for the wallet: whatever is delivered meanwhile fails at first. */
  async function deliverWhileLocked({ orgId }: NumberedTenant, callId: string, message: object): Promise<void> {
    const unlock = await lockWallet(engine.database.url, orgId);
    try {
      expect(await deliver(engine, message)).toMatchObject({ status: 200, body: { received: true } });
      const [failed] = await operator.deliveries({ callId, status: 'failed' });
      expect(failed).toMatchObject({ callId, error: expect.stringContaining('database_unavailable') });
      expect(failed?.retryAt).not.toBeNull();
      expect(JSON.stringify(await operator.delivery(failed?.id ?? ''))).not.toMatch(/vapi.ai|controlUrl":"http/);
    } finally {
      await unlock();
    }
    await eventually(async () => {
      const [again] = (await operator.deliveries({ callId })).filter(({ type }) => type !== 'assistant-request');
      expect(again).toMatchObject({ status: 'processed', error: null, retryAt: null });
      expect(again?.attempts).toBeGreaterThan(1);
    });
  }

  it('is answered with 200, shows as failed with its reason, and is tried again by itself: a report charges once, a call is followed', async () => {
    const reported = await openNumberedTenant(operator, { balancePence: BALANCE });
    const followed = await openNumberedTenant(operator, { balancePence: BALANCE });
    const [reportedId, followedId] = [randomUUID(), randomUUID()];
    await deliver(engine, assistantRequest(reportedId, reported.call));
    const controlUrl = `https://phone-call-websocket.vapi.ai/${followedId}/control`;
    const outbound = { ...followed.call, type: 'outboundPhoneCall', controlUrl } as const;
    await Promise.all([
      deliverWhileLocked(reported, reportedId, report(reportedId, reported.call, { durationSeconds: 61 })),
      deliverWhileLocked(followed, followedId, inProgress(followedId, outbound)),
    ]);
    expect(await operator.wallet(reported.orgId)).toMatchObject({ balancePence: BALANCE - 112, heldPence: 0 });
    expect((await operator.story(followedId)).state).toBe('live');
    const [way] = await sql(
      engine.database.url,
      `select c.control_url as known, l.control_url as kept from calls c join webhook_delivery_log l using (call_id)
       where call_id = $1`,
      [followedId],
    );
    expect(way).toEqual({ known: controlUrl, kept: null });
    expect(await operator.wallet(followed.orgId)).toMatchObject({ heldPence: 280 });
    expect(await operator.violations()).toEqual([]);
  });

  it('counts as failed while the call book has not learnt of it: charged once, noted when it can be', async () => {
    const { orgId, call } = await openNumberedTenant(operator, { balancePence: BALANCE });
    const callId = randomUUID();
    await deliver(engine, assistantRequest(callId, call));
    await sql(engine.database.url, REFUSING_BOOK);
    await sql(engine.database.url, CLOSE_BOOK);
    try {
      expect(await deliver(engine, report(callId, call, { durationSeconds: 61 }))).toMatchObject({ status: 200 });
      const [failed] = await operator.deliveries({ callId, type: 'end-of-call-report' });
      expect(failed).toMatchObject({ status: 'failed', error: expect.stringContaining('the book is closed') });
      expect(failed?.retryAt).not.toBeNull();
    } finally {
      await sql(engine.database.url, 'drop trigger the_book_is_closed on calls');
    }
    await eventually(async () => {
      const [again] = await operator.deliveries({ callId, type: 'end-of-call-report' });
      expect(again).toMatchObject({ status: 'processed', error: null, retryAt: null });
      expect((await operator.story(callId)).state).toBe('settled');
    });
    expect(await operator.wallet(orgId)).toMatchObject({ balancePence: BALANCE - 112, heldPence: 0 });
    expect(await operator.violations()).toEqual([]);
  });
});
