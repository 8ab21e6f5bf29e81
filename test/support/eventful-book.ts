import { randomUUID } from 'node:crypto';
import { isRefusal, type Refusal } from '@holdfast/kernel';
import { Ledger } from '@holdfast/ledger';
import { ExpireAbandonedReservations, Reservations } from '@holdfast/reservation';
import { deliver } from '../telephony/support/deliver';
import { inProgress, report } from '../telephony/support/messages';
import { startTestEngine, type TestEngine } from './engine';
import { provision, send } from './numbers';
import { makeTenant } from './tenant';

export interface EventfulBook {
  /** Everything that may happen to a wallet has happened to this one; a call is running, another is not paid yet. */
  readonly orgId: string;
  /** In debt, with a call running on it. */
  readonly indebtedOrgId: string;
}

/** Fills a database, through the engine, with one of everything that the book can hold. */
export async function keepEventfulBook(databaseUrl: string): Promise<EventfulBook> {
  const hasty = await startTestEngine({ databaseUrl, reservationTtlSeconds: 0.001 });
  const engine = await startTestEngine({ databaseUrl });
  try {
    const { orgId, key } = await makeTenant(engine);
    await tradeAssets(engine, orgId);
    await buyNumbers(engine, key);
    await callOnVapi(engine, orgId);
    await runCalls(engine, orgId);
    await expireCalls(hasty, engine, orgId);
    done(await engineOf(engine).reservations.reserve({ orgId, callId: 'running', createdBy: 'test' }));
    await oweAndPay(engine, orgId);
    return { orgId, indebtedOrgId: await runIntoDebt(engine) };
  } finally {
    await hasty.stop();
    await engine.stop();
  }
}

function engineOf({ engine: { app } }: TestEngine): { ledger: Ledger; reservations: Reservations } {
  return { ledger: app.get(Ledger, { strict: false }), reservations: app.get(Reservations, { strict: false }) };
}

function done<Answer>(answer: Answer | Refusal): Answer {
  if (isRefusal(answer)) throw new Error(`${answer.code}: ${answer.detail}`);
  return answer;
}

const idempotencyKey = (): string => randomUUID();

async function tradeAssets(engine: TestEngine, orgId: string): Promise<void> {
  const { ledger } = engineOf(engine);
  const by = { orgId, createdBy: 'test' };
  done(await ledger.addCredits({ ...by, type: 'topup', amountPence: 7_000, idempotencyKey: idempotencyKey() }));
  done(await ledger.addCredits({ ...by, type: 'bonus', amountPence: 500, idempotencyKey: null }));
  done(await ledger.addCredits({ ...by, type: 'adjustment', amountPence: -100, idempotencyKey: idempotencyKey() }));
  done(await ledger.addCredits({ ...by, type: 'adjustment', amountPence: 40, idempotencyKey: idempotencyKey() }));
  const charge = { ...by, assetType: 'phone_number', costPence: 1_000, idempotencyKey: idempotencyKey() } as const;
  const { transactionId } = done(await ledger.deductAsset(charge));
  const refundOf = { transactionId, counterAccount: 'revenue:assets' } as const;
  done(
    await ledger.addCredits({ ...by, type: 'refund', amountPence: 1_000, refundOf, idempotencyKey: idempotencyKey() }),
  );
  done(await ledger.deductAsset({ ...charge, assetType: 'license', costPence: 300, idempotencyKey: idempotencyKey() }));
}

/** One that is delivered, and one that the provider then refuses: its price comes back. */
async function buyNumbers(engine: TestEngine, key: string): Promise<void> {
  const statuses = [(await provision(engine.url, key, '415')).status, (await provision(engine.url, key, '556')).status];
  if (statuses.join() !== '201,502') throw new Error(`unexpected outcome of two purchases: ${statuses.join()}`);
}

/** One that has been charged, and one that is still talking. */
async function callOnVapi(engine: TestEngine, orgId: string): Promise<void> {
  const path = `api/admin/organizations/${orgId}/phone-numbers/vapi-number`;
  await send(engine.url, 'PUT', path, { key: engine.adminKey, body: { assistantId: 'assistant' } });
  const details = { phoneNumberId: 'vapi-number' };
  await deliver(engine, inProgress('vapi-charged', details));
  await deliver(engine, report('vapi-charged', details, { durationSeconds: 90 }));
  await deliver(engine, inProgress('vapi-live', details));
}

/** Within its hold, beyond it, of no length, released, and billed without one. */
async function runCalls(engine: TestEngine, orgId: string): Promise<void> {
  const { reservations } = engineOf(engine);
  const by = { orgId, createdBy: 'test' };
  for (const callId of ['short', 'long', 'silent', 'unanswered']) done(await reservations.reserve({ ...by, callId }));
  done(await reservations.commit({ ...by, callId: 'short', actualDurationSeconds: 61 }));
  done(await reservations.commit({ ...by, callId: 'long', actualDurationSeconds: 420 }));
  done(await reservations.commit({ ...by, callId: 'silent', actualDurationSeconds: 0 }));
  done(await reservations.release({ ...by, callId: 'unanswered' }));
  done(await reservations.commit({ ...by, callId: 'unreserved', actualDurationSeconds: 30 }));
}

/** Two holds run out; one of their calls is reported late after all. */
async function expireCalls(hasty: TestEngine, engine: TestEngine, orgId: string): Promise<void> {
  const by = { orgId, createdBy: 'test' };
  for (const callId of ['abandoned', 'late']) done(await engineOf(hasty).reservations.reserve({ ...by, callId }));
  await engine.engine.app.get(ExpireAbandonedReservations, { strict: false }).sweep();
  done(await engineOf(engine).reservations.commit({ ...by, callId: 'late', actualDurationSeconds: 100 }));
}

/** Two calls cost more than there is; the next credit pays one and part of the other. */
async function oweAndPay(engine: TestEngine, orgId: string): Promise<void> {
  const { ledger, reservations } = engineOf(engine);
  const by = { orgId, createdBy: 'test' };
  done(await reservations.commit({ ...by, callId: 'ruinous', actualDurationSeconds: 7_200 }));
  done(await reservations.commit({ ...by, callId: 'unpaid', actualDurationSeconds: 7_200 }));
  done(await ledger.addCredits({ ...by, type: 'topup', amountPence: 5_000, idempotencyKey: idempotencyKey() }));
}

async function runIntoDebt(engine: TestEngine): Promise<string> {
  const { orgId } = await makeTenant(engine, { balancePence: 100, debtLimitPence: 2_000 });
  const { reservations } = engineOf(engine);
  done(await reservations.commit({ orgId, createdBy: 'test', callId: 'on-credit', actualDurationSeconds: 600 }));
  done(await reservations.reserve({ orgId, createdBy: 'test', callId: 'running-on-credit' }));
  return orgId;
}
