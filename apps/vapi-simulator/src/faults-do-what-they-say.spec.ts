import type { DeliveryFaults } from './delivery/delivery-faults';
import { type SimulatedWorld, simulatedWorld } from './testing/simulated-world';

const CALLS = 40;

describe('faults do what they say', () => {
  let world: SimulatedWorld;
  afterEach(() => world.close());

  async function callsWith(faults: Partial<DeliveryFaults>, calls = CALLS, seed = 7) {
    world = await simulatedWorld({ faults, seed, speed: 200 });
    for (let i = 1; i <= calls; i += 1)
      world.vapi.inbound({ phoneNumberId: world.phoneNumberId, talkSeconds: 5 + i, ringSeconds: 1 });
    await Promise.all(world.vapi.calls().map(({ id }) => world.vapi.ended(id)));
    await world.vapi.idle();
    return world;
  }

  it('delivers everything once and in order without faults', async () => {
    const { engine } = await callsWith({});
    expect(engine.named('assistant-request')).toHaveLength(CALLS);
    expect(engine.named('end-of-call-report')).toHaveLength(CALLS);
    expect(engine.named('status-update:ended')).toHaveLength(CALLS);
  });

  it('loses about the share it was told to, never an assistant-request', async () => {
    const { engine, vapi } = await callsWith({ lostPercent: 30 });
    const informing = engine.received.length - engine.named('assistant-request').length;
    const lost = vapi.deliveries.records.filter(({ result }) => result === 'lost').length;
    expect(engine.named('assistant-request')).toHaveLength(CALLS);
    expect(informing + lost).toBe(CALLS * 5);
    expect(lost / (CALLS * 5)).toBeGreaterThan(0.2);
    expect(lost / (CALLS * 5)).toBeLessThan(0.4);
  });

  it('loses the same messages in every run of a seed', async () => {
    const lostOnes = () =>
      world.vapi.deliveries.records
        .filter(({ result }) => result === 'lost')
        .map(({ callId, name }) => `${world.vapi.call(callId)?.label} ${name}`)
        .sort();
    await callsWith({ lostPercent: 30 });
    const first = lostOnes();
    await world.close();
    await callsWith({ lostPercent: 30 });
    expect(lostOnes()).toEqual(first);
    await world.close();
    await callsWith({ lostPercent: 30 }, CALLS, 8);
    expect(lostOnes()).not.toEqual(first);
  });

  it('delivers duplicates that are not the same bytes', async () => {
    const { engine } = await callsWith({ duplicatedPercent: 100 }, 2);
    expect(engine.named('assistant-request')).toHaveLength(4);
    const [id] = world.vapi.calls().map((call) => call.id);
    const [one, other] = engine.named('end-of-call-report').filter(({ callId }) => callId === id);
    expect(one?.raw).not.toBe(other?.raw);
    expect({ ...one?.message, artifact: undefined }).toEqual({ ...other?.message, artifact: undefined });
  });

  it('delivers late and out of order', async () => {
    const { engine, vapi } = await callsWith({ reorderedPercent: 50, latePercent: 20, lateSeconds: 60 });
    const outOfOrder = vapi.calls().filter(({ id }) => {
      const names = engine.names(id);
      return names.indexOf('end-of-call-report') < names.indexOf('status-update:in-progress');
    });
    expect(outOfOrder.length).toBeGreaterThan(0);
    expect(engine.named('end-of-call-report')).toHaveLength(CALLS);
  });

  it('sends a wrong secret and counts the rejection', async () => {
    world = await simulatedWorld({ faults: { wrongSecretPercent: 100 }, speed: 200 });
    world.engine.others = ({ secret }) => ({ status: secret === 'the-secret' ? 200 : 401 });
    const { id } = world.vapi.inbound({ phoneNumberId: world.phoneNumberId, talkSeconds: 5 });
    await world.vapi.ended(id);
    await world.vapi.idle();
    expect(world.engine.named('assistant-request')[0]?.secret).toBe('the-secret');
    const informing = world.vapi.deliveries.of(id).filter(({ name }) => name !== 'assistant-request');
    expect(informing.every(({ result, status }) => result === 'rejected' && status === 401)).toBe(true);
  });

  it('lets a body trickle in', async () => {
    const { engine } = await callsWith({ slowPercent: 100, slowMs: 120 }, 1);
    expect(engine.named('end-of-call-report')[0]?.bodyMs).toBeGreaterThan(80);
  });

  it('states an inflated duration beside true times', async () => {
    const { engine, vapi } = await callsWith({ inflatedPercent: 100 }, 1);
    const [report] = engine.named('end-of-call-report');
    const [call] = vapi.calls();
    expect(Number(report?.message['durationMs'])).toBeGreaterThan(call!.talkedMs);
    const { startedAt, endedAt } = report!.message as { startedAt: string; endedAt: string };
    expect(Date.parse(endedAt) - Date.parse(startedAt)).toBe(call!.talkedMs);
  });

  it('tries again only when the engine asked for it with a backoffPlan', async () => {
    world = await simulatedWorld();
    let refusals = 2;
    world.engine.others = () => ({ status: refusals-- > 0 ? 503 : 200 });
    const server = { url: world.engine.url, backoffPlan: { type: 'fixed', maxRetries: 5, baseDelaySeconds: 1 } };
    const overrides = { serverMessages: ['end-of-call-report'] };
    world.engine.gate = () => ({ body: { assistantId: 'a', assistantOverrides: { ...overrides, server } } });
    const patient = world.vapi.inbound({ phoneNumberId: world.phoneNumberId, talkSeconds: 1 });
    await world.vapi.ended(patient.id);
    await world.vapi.idle();
    expect(world.engine.named('end-of-call-report')).toHaveLength(3);

    refusals = 2;
    world.engine.gate = () => ({ body: { assistantId: 'a', assistantOverrides: overrides } });
    const once = world.vapi.inbound({ phoneNumberId: world.phoneNumberId, talkSeconds: 1 });
    await world.vapi.ended(once.id);
    await world.vapi.idle();
    expect(world.vapi.deliveries.of(once.id).filter(({ name }) => name === 'end-of-call-report')).toHaveLength(1);
  });

  it('sends an empty secret to a server that brings none along, and the one it brings otherwise', async () => {
    world = await simulatedWorld();
    const secretSeen = async (server: object) => {
      world.engine.gate = () => ({ body: { assistantId: 'a', assistantOverrides: { server } } });
      const { id } = world.vapi.inbound({ phoneNumberId: world.phoneNumberId, talkSeconds: 1 });
      await world.vapi.ended(id);
      await world.vapi.idle();
      return world.engine.received.find((w) => w.callId === id && w.name === 'end-of-call-report')?.secret;
    };
    expect(await secretSeen({ url: world.engine.url })).toBe('');
    expect(await secretSeen({ url: world.engine.url, credentialId: 'account-credential' })).toBe('the-secret');
    expect(await secretSeen({ url: world.engine.url, headers: { 'X-Vapi-Secret': 'brought' } })).toBe('brought');
  });

  it('signs with HMAC when given such a secret', async () => {
    world = await simulatedWorld({ secret: undefined, hmacSecret: 'hmac-secret' });
    await world.vapi.ended(world.vapi.web({ assistantId: 'a', talkSeconds: 1 }).id);
    await world.vapi.idle();
    const [webhook] = world.engine.received;
    expect(webhook?.headers['x-signature']).toMatch(/^[0-9a-f]{64}$/);
    expect(webhook?.headers['x-timestamp']).toMatch(/^\d+$/);
    expect(webhook?.headers).not.toHaveProperty('x-vapi-secret');
  });
});
