import { createHmac } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type SimulatedWorld, simulatedWorld } from '../testing/simulated-world';
import { EngineApi } from './engine-api';
import { type CallOrder, Reseller } from './reseller';
import type { Tenant } from './tenants';

const ORG = '0d9f2a34-6b1c-4e57-8f20-3c4d5e6f7a81';
const SECRET = 'the-secret';

describe('a reseller that reserves first', () => {
  let world: SimulatedWorld;
  let answer: { status: number; body: object };
  let asked: { path: string; body: object }[];
  const billing = http.createServer((request, response) => {
    let raw = '';
    request.on('data', (chunk: Buffer) => (raw += chunk.toString()));
    request.on('end', () => {
      asked.push({ path: request.url ?? '', body: JSON.parse(raw) as object });
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
    });
  });

  beforeAll(async () => {
    world = await simulatedWorld();
    await new Promise<void>((resolve) => billing.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    await world.close();
    billing.close();
  });
  beforeEach(() => (asked = []));

  function start(kind: CallOrder['kind'], policy: 'strict' | 'protect' = 'strict') {
    const engine = new EngineApi(`http://127.0.0.1:${(billing.address() as AddressInfo).port}`, 'key');
    const reseller = new Reseller(engine, world.vapi, { policy, webhookSecret: SECRET, vapiApiKey: 'any' });
    const tenant = { orgId: ORG, phoneNumberId: world.phoneNumberId, assistantId: 'assistant-1' } as Tenant;
    const script = { talkSeconds: 500, ringSeconds: 0, label: `a ${kind}`, customerNumber: '+12065550119' };
    return reseller.start({ kind, tenant, holdId: 'hold-1', script });
  }

  it.each(['outboundPhoneCall', 'webCall'] as const)('starts an %s for as long as its hold pays', async (kind) => {
    answer = { status: 201, body: { grantedSeconds: 60, payableSeconds: 400 } };
    const call = await start(kind);
    if (typeof call === 'string') throw new Error(call);
    expect(asked).toEqual([{ path: '/api/billing/reserve-credits', body: { callId: 'hold-1' } }]);
    const sig = createHmac('sha256', SECRET).update(`${ORG}:hold-1`).digest('hex');
    expect(call).toMatchObject({ kind, label: `a ${kind}`, script: { talkSeconds: 500 } });
    expect(call.overrides).toEqual({ maxDurationSeconds: 60, metadata: { orgId: ORG, callId: 'hold-1', sig } });
    const { endedReason, talkedMs } = await world.vapi.ended(call.id);
    expect([endedReason, talkedMs]).toEqual(['exceeded-max-duration', 60_000]);
  });

  it('lets a call last as long as the whole wallet could pay under protect', async () => {
    answer = { status: 201, body: { grantedSeconds: 60, payableSeconds: 400 } };
    expect(await start('webCall', 'protect')).toMatchObject({ overrides: { maxDurationSeconds: 400 } });
  });

  it('starts no call that cannot be paid', async () => {
    const before = world.vapi.calls().length;
    answer = { status: 402, body: { code: 'insufficient_balance' } };
    expect(await start('outboundPhoneCall')).toBe('out of credit');
    expect(world.vapi.calls()).toHaveLength(before);
  });

  it('gives back what pays for less than Vapi can limit', async () => {
    const before = world.vapi.calls().length;
    answer = { status: 200, body: { grantedSeconds: 9, payableSeconds: 9 } };
    expect(await start('webCall')).toBe('out of credit');
    expect(asked.map(({ path }) => path)).toEqual(['/api/billing/reserve-credits', '/api/billing/release-credits']);
    expect(world.vapi.calls()).toHaveLength(before);
  });
});
