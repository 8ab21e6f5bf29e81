import { randomUUID } from 'node:crypto';
import { startTestEngine, type TestEngine } from '../support/engine';
import { lockCall, sql } from './support/database-access';
import { deliver } from './support/deliver';
import { eventually } from './support/eventually';
import { assistantRequest, inProgress, report } from './support/messages';
import { Operator } from './support/operator';
import { openNumberedTenant } from './support/tenants';

const BALANCE = 10_000;
/** A lock is waited for 2 s, the first pause before a failure is run again lasts 5 s, and it is looked for every 2 s. */
const RUN_AGAIN_WITHIN_MS = 15_000;

/** Everything that a report changes, as one look sees it. */
const LOOK = `select c.state, d.status, w.balance_pence::int as balance, w.held_pence::int as held,
    (select count(*)::int from call_events e where e.call_id = c.call_id and e.kind = 'reported') as reported
  from calls c
  join wallets w on w.org_id = c.org_id
  join webhook_delivery_log d on d.call_id = c.call_id and d.type = 'end-of-call-report'
  where c.call_id = $1 order by d.id`;

interface Look {
  state: string;
  status: string;
  balance: number;
  held: number;
  reported: number;
}

describe('a report', () => {
  let engine: TestEngine;
  let operator: Operator;

  beforeAll(async () => {
    engine = await startTestEngine();
    operator = new Operator(engine);
  });

  afterAll(() => engine.stop());

  const look = (callId: string): Promise<Look[]> => sql<Look>(engine.database.url, LOOK, [callId]);

  async function talk(): Promise<{ callId: string; call: object }> {
    const { call } = await openNumberedTenant(operator, { balancePence: BALANCE });
    const callId = randomUUID();
    await deliver(engine, assistantRequest(callId, call));
    await deliver(engine, inProgress(callId, call));
    return { callId, call };
  }

  it('has charged, settled, told and logged when it is answered', async () => {
    const { callId, call } = await talk();
    await deliver(engine, report(callId, call, { durationSeconds: 61 }));
    expect(await look(callId)).toEqual([
      { state: 'settled', status: 'processed', balance: BALANCE - 112, held: 0, reported: 1 },
    ]);
  });

  it('that comes three times at once is told three times and charged once', async () => {
    const { callId, call } = await talk();
    const message = report(callId, call, { durationSeconds: 61 });
    await Promise.all([1, 2, 3].map(() => deliver(engine, message)));
    const once = { state: 'settled', status: 'processed', balance: BALANCE - 112, held: 0, reported: 3 };
    expect(await look(callId)).toEqual([once, once, once]);
  });

  it('charges nothing while it cannot be noted, and is run again until it can', async () => {
    const { callId, call } = await talk();
    const unlock = await lockCall(engine.database.url, callId);
    try {
      const answer = await deliver(engine, report(callId, call, { durationSeconds: 61 }));
      expect(answer.status).toBe(200); // it is written down: nobody needs to send it again
      expect(await look(callId)).toEqual([
        { state: 'live', status: 'failed', balance: BALANCE, held: 280, reported: 0 },
      ]);
    } finally {
      await unlock();
    }
    await eventually(
      async () =>
        expect(await look(callId)).toEqual([
          { state: 'settled', status: 'processed', balance: BALANCE - 112, held: 0, reported: 1 },
        ]),
      RUN_AGAIN_WITHIN_MS,
    );
    expect(await operator.violations()).toEqual([]);
  });
});
