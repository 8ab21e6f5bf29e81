import { type SimulatedWorld, simulatedWorld } from './testing/simulated-world';

describe('a call runs as on Vapi', () => {
  let world: SimulatedWorld;
  beforeEach(async () => (world = await simulatedWorld()));
  afterEach(() => world.close());

  async function finished(id: string) {
    const call = await world.vapi.ended(id);
    await world.vapi.idle();
    return call;
  }

  it('asks at the gate, starts, ends and reports an inbound call', async () => {
    world.engine.gate = () => ({
      body: {
        assistantId: 'assistant-9',
        assistantOverrides: {
          maxDurationSeconds: 300,
          serverMessages: ['status-update', 'end-of-call-report'],
          metadata: { orgId: 'tenant-1' },
        },
      },
    });
    const { id } = world.vapi.inbound({
      phoneNumberId: world.phoneNumberId,
      talkSeconds: 42.007,
      customerNumber: '+12065550119',
    });
    const call = await finished(id);

    expect(world.engine.names()).toEqual([
      'assistant-request',
      'status-update:in-progress',
      'status-update:ended',
      'end-of-call-report',
    ]);
    const [request, inProgress, ended, report] = world.engine.received;
    expect(request).toMatchObject({
      secret: 'the-secret',
      message: { customer: { number: '+12065550119' }, phoneNumber: { id: world.phoneNumberId } },
      call: { type: 'inboundPhoneCall', status: 'ringing', phoneNumberId: world.phoneNumberId },
    });
    expect(request?.call).not.toHaveProperty('monitor');
    expect(inProgress?.call).toMatchObject({
      status: 'ringing',
      assistantId: 'assistant-9',
      monitor: { controlUrl: `${world.vapi.url}/control/${id}` },
      assistantOverrides: { metadata: { orgId: 'tenant-1' } },
    });
    expect(inProgress?.message['timestamp']).toBe(call.startedAtMs! - 2);
    expect(ended?.message).toMatchObject({ endedReason: 'customer-ended-call' });
    expect(report?.message).toMatchObject({ durationSeconds: 42.007, durationMs: 42_007, durationMinutes: 0.7001 });
    expect(Date.parse(String(report?.message['endedAt'])) - Date.parse(String(report?.message['startedAt']))).toBe(
      42_007,
    );
    expect(report?.call['updatedAt']).toBe(report?.call['createdAt']);
    expect(call).toMatchObject({ gate: 'accepted', endedReason: 'customer-ended-call', talkedMs: 42_007 });
  });

  it('ends by itself at maxDurationSeconds, to the millisecond', async () => {
    world.engine.gate = () => ({ body: { assistantId: 'a', assistantOverrides: { maxDurationSeconds: 30 } } });
    const call = await finished(world.vapi.inbound({ phoneNumberId: world.phoneNumberId, talkSeconds: 500 }).id);
    expect(call).toMatchObject({ endedReason: 'exceeded-max-duration', talkedMs: 30_000 });
  });

  it('does not connect a call that the engine refuses, and says so', async () => {
    world.engine.gate = () => ({ body: { error: 'Sorry, this number is out of credit.' } });
    const call = await finished(world.vapi.inbound({ phoneNumberId: world.phoneNumberId, talkSeconds: 60 }).id);
    expect(call).toMatchObject({ gate: 'refused', endedReason: 'assistant-request-returned-error', talkedMs: 0 });
    expect(world.engine.names()).toEqual(['assistant-request', 'status-update:ended']);
    expect(world.engine.received[1]?.message).toMatchObject({
      inboundPhoneCallDebuggingArtifacts: { error: 'Sorry, this number is out of credit.' },
    });
  });

  it.each([
    ['a 500', { status: 500 }, 'assistant-request-failed'],
    ['no assistant', { body: {} }, 'assistant-request-returned-no-assistant'],
    [
      'a cap below 10 s',
      { body: { assistantId: 'a', assistantOverrides: { maxDurationSeconds: 9 } } },
      'assistant-request-returned-invalid-assistant',
    ],
    ['an unspeakable error', { body: { error: { code: 1 } } }, 'assistant-request-returned-unspeakable-error'],
  ])('hangs up when the gate answers %s', async (_, answer, endedReason) => {
    world.engine.gate = () => answer;
    const call = await finished(world.vapi.inbound({ phoneNumberId: world.phoneNumberId }).id);
    expect(call).toMatchObject({ gate: 'failed', endedReason, talkedMs: 0 });
  });

  it('sends the default messages when no list was given, and no assistant-request for outbound and web calls', async () => {
    const outbound = { phoneNumberId: world.phoneNumberId, assistantId: 'a', customerNumber: '+12065550119' };
    const out = await finished(world.vapi.outbound({ ...outbound, talkSeconds: 10 }).id);
    expect(new Set(world.engine.names(out.id))).toEqual(
      new Set([
        'status-update:ringing',
        'status-update:in-progress',
        'speech-update',
        'conversation-update',
        'status-update:ended',
        'end-of-call-report',
      ]),
    );
    const web = await finished(world.vapi.web({ assistantId: 'a', talkSeconds: 10 }).id);
    const report = world.engine.received.find(({ callId, type }) => callId === web.id && type === 'end-of-call-report');
    expect(report?.call).toMatchObject({ type: 'webCall', assistantId: 'a' });
    expect(report?.message).not.toHaveProperty('phoneNumber');
  });

  it('reports nothing of a call that nobody answered', async () => {
    const call = await finished(world.vapi.inbound({ phoneNumberId: world.phoneNumberId, answered: false }).id);
    expect(call.startedAtMs).toBeUndefined();
    expect(world.engine.names()).toEqual(['assistant-request', 'status-update:ended']);
  });

  it('lasts 600 s when nobody set a cap, and reports about as much as a real talk holds', async () => {
    await world.close();
    world = await simulatedWorld({ speed: 2_000 });
    const call = await finished(world.vapi.inbound({ phoneNumberId: world.phoneNumberId }).id);
    expect(call.talkedMs).toBe(600_000);
    const [report] = world.engine.named('end-of-call-report');
    expect(report?.raw.length).toBeGreaterThan(50_000);
  });

  it('sends events to the server that the overrides name, with its headers', async () => {
    const other = await simulatedWorld();
    const server = { url: `${other.engine.url}/elsewhere`, headers: { 'X-Extra': '1' } };
    world.engine.gate = () => ({ body: { assistantId: 'a', assistantOverrides: { server } } });
    await finished(world.vapi.inbound({ phoneNumberId: world.phoneNumberId, talkSeconds: 5 }).id);
    expect(world.engine.names()).toEqual(['assistant-request']);
    expect(other.engine.named('end-of-call-report')[0]?.headers).toMatchObject({ 'x-extra': '1' });
    await other.close();
  });
});
