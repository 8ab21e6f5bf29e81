import { type SimulatedWorld, simulatedWorld } from './testing/simulated-world';

describe('the control URL', () => {
  let world: SimulatedWorld;
  beforeEach(async () => (world = await simulatedWorld()));
  afterEach(() => world.close());

  async function liveCall() {
    const call = world.vapi.inbound({ phoneNumberId: world.phoneNumberId });
    while (world.engine.named('status-update:in-progress').length === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    const controlUrl = (world.engine.named('status-update:in-progress')[0]?.call['monitor'] as { controlUrl: string })
      .controlUrl;
    const control = (command: unknown) =>
      fetch(controlUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(command),
      });
    return { call, control };
  }

  it('really ends the call on end-call', async () => {
    const { call, control } = await liveCall();
    expect((await control({ type: 'end-call' })).status).toBe(200);
    await world.vapi.ended(call.id);
    expect(call.endedReason).toBe('assistant-ended-call');
    expect(world.vapi.commands[0]).toMatchObject({ type: 'end-call', endedAfterMs: expect.any(Number) as unknown });
    expect((await control({ type: 'end-call' })).status).toBe(404);
  });

  it('records what is said and goes on', async () => {
    const { call, control } = await liveCall();
    await control({ type: 'say', content: 'One minute of credit left.' });
    expect(call.said).toMatchObject([{ content: 'One minute of credit left.', endCallAfterSpoken: false }]);
    expect(call.status).toBe('in-progress');
  });

  it('ends after speaking, and a sentence takes its time', async () => {
    const { call, control } = await liveCall();
    const content = 'Your credit is used up and this call will end now. Good bye.';
    await control({ type: 'say', content, endCallAfterSpoken: true });
    expect(call.status).toBe('in-progress');
    await world.vapi.ended(call.id);
    expect(call.endedReason).toBe('assistant-ended-call-after-message-spoken');
    expect(call.endedAtMs! - call.said[0]!.atMs).toBeGreaterThanOrEqual(5_000);
  });

  it('refuses what Vapi does not know', async () => {
    const { control } = await liveCall();
    expect((await control({ type: 'explode' })).status).toBe(400);
    expect((await fetch(`${world.vapi.url}/control/nobody`, { method: 'POST', body: '{}' })).status).toBe(404);
  });

  it('fails when the fault plan says so, and the call lives on', async () => {
    await world.close();
    world = await simulatedWorld({ faults: { controlFailingPercent: 100 } });
    const { call, control } = await liveCall();
    expect((await control({ type: 'end-call' })).status).toBe(500);
    expect(call.status).toBe('in-progress');
  });
});
