import { VapiClient, VapiError } from '@vapi-ai/server-sdk';
import { type SimulatedWorld, simulatedWorld } from './testing/simulated-world';

describe('the official SDK works against the simulator', () => {
  let world: SimulatedWorld;
  let client: VapiClient;
  beforeEach(async () => {
    world = await simulatedWorld({ apiKey: 'api-key', activatingSeconds: 20 });
    client = new VapiClient({ token: 'api-key', baseUrl: world.vapi.url, maxRetries: 0 });
  });
  afterEach(() => world.close());

  it('reads one call, live and ended', async () => {
    const { id } = world.vapi.web({ assistantId: 'assistant-1', ringSeconds: 0 });
    while (world.vapi.call(id)?.status !== 'in-progress') await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await client.calls.get({ id })).toMatchObject({
      id,
      status: 'in-progress',
      type: 'webCall',
      startedAt: expect.any(String) as unknown,
      monitor: { controlUrl: `${world.vapi.url}/control/${id}` },
    });
    world.vapi.hangUp(id);
    const ended = await client.calls.get({ id });
    expect(ended).toMatchObject({
      status: 'ended',
      endedReason: 'customer-ended-call',
      cost: expect.any(Number) as unknown,
    });
    expect(Date.parse(ended.endedAt!) - Date.parse(ended.startedAt!)).toBe(world.vapi.call(id)?.talkedMs);
  });

  it('answers 404 for a call it never had and 401 to a wrong key', async () => {
    const failure = await client.calls.get({ id: 'nobody' }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(VapiError);
    expect((failure as VapiError).statusCode).toBe(404);
    const stranger = new VapiClient({ token: 'wrong', baseUrl: world.vapi.url, maxRetries: 0 });
    await expect(stranger.calls.list()).rejects.toMatchObject({ statusCode: 401 });
  });

  it('lists calls by time, newest first, up to a limit', async () => {
    const first = world.vapi.web({ assistantId: 'a', ringSeconds: 3_600 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    const second = world.vapi.web({ assistantId: 'b', ringSeconds: 3_600 });
    const ids = async (filter: Parameters<typeof client.calls.list>[0]) =>
      (await client.calls.list(filter)).map(({ id }) => id);

    expect(await ids({})).toEqual([second.id, first.id]);
    expect(await ids({ limit: 1 })).toEqual([second.id]);
    const createdAt = new Date(second.createdAtMs).toISOString();
    expect(await ids({ createdAtLt: createdAt })).toEqual([first.id]);
    expect(await ids({ createdAtGe: createdAt })).toEqual([second.id]);
    expect(await ids({ assistantId: 'a' })).toEqual([first.id]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const before = new Date(world.vapi.clock.nowMs()).toISOString();
    await new Promise((resolve) => setTimeout(resolve, 5));
    world.vapi.hangUp(first.id);
    expect(await ids({ updatedAtGt: before })).toEqual([first.id]);
  });

  it('places an outbound call', async () => {
    const call = await client.calls.create({
      assistantId: 'assistant-1',
      phoneNumberId: world.phoneNumberId,
      customer: { number: '+12065550119' },
      assistantOverrides: { maxDurationSeconds: 60 },
    });
    expect(call).toMatchObject({ type: 'outboundPhoneCall', monitor: { controlUrl: expect.any(String) as unknown } });
    await expect(client.calls.create({ assistantId: 'a' })).rejects.toMatchObject({ statusCode: 400 });
  });

  it('creates, lists, reads, changes and deletes phone numbers', async () => {
    const made = await client.phoneNumbers.create({ provider: 'vapi', numberDesiredAreaCode: '206', name: 'order-1' });
    expect(made).toMatchObject({
      status: 'activating',
      name: 'order-1',
      number: expect.stringMatching(/^\+1206/) as unknown,
    });
    expect((await client.phoneNumbers.list()).map(({ id }) => id)).toContain(made.id);

    while ((await client.phoneNumbers.get({ id: made.id })).status !== 'active')
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await client.phoneNumbers.update({ id: made.id, body: { name: 'renamed' } as never })).toMatchObject({
      name: 'renamed',
    });
    await client.phoneNumbers.delete({ id: made.id });
    await expect(client.phoneNumbers.get({ id: made.id })).rejects.toMatchObject({ statusCode: 404 });
  });

  it('takes Twilio numbers and refuses incomplete ones', async () => {
    const twilio = { provider: 'twilio', number: '+14155550199', twilioAccountSid: 'AC2' } as const;
    expect(await client.phoneNumbers.create(twilio)).toMatchObject({ status: 'active', number: '+14155550199' });
    await expect(
      client.phoneNumbers.create({ provider: 'vapi', numberDesiredAreaCode: 'toolong' }),
    ).rejects.toMatchObject({ statusCode: 400 });
  });

  it('finds a number by its name, page by page', async () => {
    for (const name of ['order-1', 'order-2', 'other']) await client.phoneNumbers.create({ provider: 'vapi', name });
    const find = (page: number) =>
      client.phoneNumbers.phoneNumberControllerFindAllPaginated({ search: 'order-', page, limit: 1, sortOrder: 'ASC' });
    expect(await find(1)).toMatchObject({ results: [{ name: 'order-1' }], metadata: { hasNextPage: true } });
    expect(await find(2)).toMatchObject({ results: [{ name: 'order-2' }], metadata: { hasNextPage: false } });
  });

  it('can fail after the number was created, as a buyer must expect', async () => {
    world.vapi.purchaseMishaps.push('fails-after-creating', 'refused');
    const before = world.vapi.phoneNumbers.list().length;
    const wanted = { provider: 'vapi', name: 'order-2' } as const;
    await expect(client.phoneNumbers.create(wanted)).rejects.toMatchObject({ statusCode: 500 });
    await expect(client.phoneNumbers.create(wanted)).rejects.toMatchObject({ statusCode: 400 });
    expect(world.vapi.phoneNumbers.list()).toHaveLength(before + 1);
  });
});
