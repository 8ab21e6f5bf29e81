import { createHmac, randomUUID } from 'node:crypto';
import { startTestEngine, type TestEngine } from '../support/engine';
import { deliver } from './support/deliver';
import { inProgress, report, type CallDetails } from './support/messages';
import { Operator } from './support/operator';
import { openNumberedTenant, type NumberedTenant } from './support/tenants';

const BALANCE = 10_000;

type Details = CallDetails & Readonly<Record<string, unknown>>;

/** `call.orgId` is the reseller's account at Vapi; a web call's metadata travels through a browser. */
describe('a call', () => {
  let engine: TestEngine;
  let operator: Operator;
  let owner: NumberedTenant, other: NumberedTenant;

  beforeAll(async () => {
    engine = await startTestEngine();
    operator = new Operator(engine);
  });

  afterAll(() => engine.stop());

  beforeEach(async () => {
    owner = await openNumberedTenant(operator, { balancePence: BALANCE });
    other = await openNumberedTenant(operator, { balancePence: BALANCE });
  });

  const sign = (orgId: string, secret = engine.webhookSecret): object => ({
    orgId,
    sig: createHmac('sha256', secret).update(orgId).digest('hex'),
  });

  /** @returns what the two tenants have paid */
  async function play(details: Details): Promise<[owner: number, other: number]> {
    const callId = randomUUID();
    await deliver(engine, inProgress(callId, details));
    await deliver(engine, report(callId, details, { durationSeconds: 61 }));
    const paid = async ({ orgId }: NumberedTenant): Promise<number> => {
      const { balancePence, heldPence } = await operator.wallet(orgId);
      return BALANCE - balancePence + heldPence;
    };
    return [await paid(owner), await paid(other)];
  }

  it.each<[string, () => Details]>([
    ['its number', () => ({ ...owner.call })],
    [
      'its number, whatever its assistant and its signed metadata say',
      () => ({
        ...owner.call,
        assistantId: other.assistantId,
        assistantOverrides: { metadata: sign(other.orgId) },
      }),
    ],
    ['its assistant', () => ({ assistantId: owner.assistantId })],
    [
      'its assistant, whatever its signed metadata say',
      () => ({
        assistantId: owner.assistantId,
        metadata: sign(other.orgId),
      }),
    ],
    ['signed metadata of its overrides', () => ({ assistantOverrides: { metadata: sign(owner.orgId) } })],
    ['signed metadata of its own', () => ({ metadata: sign(owner.orgId) })],
    [
      'signed metadata beside unsigned',
      () => ({
        assistantOverrides: { metadata: { orgId: other.orgId } },
        metadata: sign(owner.orgId),
      }),
    ],
  ])('is paid by the owner of %s', async (_, details) => {
    expect(await play(details())).toEqual([112, 0]);
  });

  it.each<[string, () => Details]>([
    ['nothing', () => ({})],
    ['the reseller’s account at Vapi', () => ({ orgId: owner.orgId })],
    ['unsigned metadata', () => ({ assistantOverrides: { metadata: { orgId: owner.orgId } } })],
    ['metadata signed with another secret', () => ({ metadata: sign(owner.orgId, 'another secret') })],
    ['a signature of another organisation', () => ({ metadata: { ...sign(other.orgId), orgId: owner.orgId } })],
    ['variable values without a signature', () => ({ assistantOverrides: { variableValues: { orgId: owner.orgId } } })],
    ['a number nobody has', () => ({ phoneNumberId: randomUUID() })],
  ])('that names only %s is paid by nobody, and waits for the operator', async (_, details) => {
    const before = (await operator.deliveries({ status: 'failed' })).length;
    expect(await play(details())).toEqual([0, 0]);
    const failed = await operator.deliveries({ status: 'failed' });
    expect(failed.length - before).toBe(2);
    expect(failed[0]).toMatchObject({ orgId: null, error: expect.stringContaining('no organization') });
  });

  it('of an assistant whose only number was released is paid by nobody', async () => {
    const [phoneNumberId, assistantId] = [randomUUID(), randomUUID()];
    await operator.registerNumber(owner.orgId, phoneNumberId, assistantId);
    await operator.releaseNumber(owner.orgId, phoneNumberId);
    expect(await play({ assistantId })).toEqual([0, 0]);
  });

  it('of an assistant that two organisations have is paid by neither', async () => {
    await operator.registerNumber(other.orgId, randomUUID(), owner.assistantId);
    expect(await play({ assistantId: owner.assistantId })).toEqual([0, 0]);
  });
});
