import { randomUUID } from 'node:crypto';
import { startTestEngine, type TestEngine } from '../support/engine';
import { provision, send, soldNumbers, type Answer } from '../support/numbers';
import { makeTenant, type Tenant } from '../support/tenant';

describe("a tenant's numbers", () => {
  let engine: TestEngine;

  beforeAll(async () => {
    engine = await startTestEngine();
  });

  afterAll(() => engine.stop());

  const of = (tenant: Tenant, method: string, path: string): Promise<Answer> =>
    send(engine.url, method, `api/managed-telephony/${path}`, { key: tenant.key });

  async function owner(
    balancePence = 5_000,
  ): Promise<{ tenant: Tenant; id: string; phoneNumber: string; vapiPhoneId: string }> {
    const tenant = await makeTenant(engine, { balancePence });
    const { body } = await provision(engine.url, tenant.key, '212');
    return { tenant, ...(body as { id: string; phoneNumber: string; vapiPhoneId: string }) };
  }

  it('are listed newest first, in pages, by status', async () => {
    const { tenant, phoneNumber } = await owner();
    const second = await provision(engine.url, tenant.key, '415');
    const failed = await provision(engine.url, tenant.key, '556');
    const first = await of(tenant, 'GET', 'numbers?limit=2');
    const page = first.body.data as { id: string }[];
    expect(page.map(({ id }) => id)).toEqual([failed.body.id, second.body.id]);
    const rest = await of(tenant, 'GET', `numbers?limit=2&cursor=${String(first.body.nextCursor)}`);
    expect(rest.body).toMatchObject({ data: [{ phoneNumber, status: 'active' }], nextCursor: null });
    const failures = await of(tenant, 'GET', 'numbers?status=failed');
    expect(failures.body.data).toMatchObject([{ failureReason: 'provider_out_of_money', costPence: 1_000 }]);
    expect(await of(tenant, 'GET', 'numbers?status=lost')).toMatchObject({ status: 400 });
  });

  it('are found by their digits, with or without the plus, by id and by id at Vapi', async () => {
    const { tenant, id, phoneNumber, vapiPhoneId } = await owner();
    const references = [phoneNumber, encodeURIComponent(phoneNumber), phoneNumber.slice(1), id, vapiPhoneId];
    for (const reference of references) {
      expect(await of(tenant, 'GET', `numbers/${reference}`)).toMatchObject({
        status: 200,
        body: { id, status: 'active' },
      });
    }
  });

  it('answer to nobody else, exactly as if they did not exist', async () => {
    const { phoneNumber, id } = await owner();
    const stranger = await makeTenant(engine);
    for (const method of ['GET', 'DELETE']) {
      const theirs = await of(stranger, method, `numbers/${phoneNumber}`);
      const nobodys = await of(stranger, method, 'numbers/+12125559999');
      const known = { requestId: '', instance: '' };
      expect({ ...theirs, body: { ...theirs.body, ...known } }).toEqual({
        ...nobodys,
        body: { ...nobodys.body, ...known },
      });
      expect(theirs).toMatchObject({ status: 404, body: { code: 'phone_number_not_found' } });
      expect(await of(stranger, method, `numbers/${id}`)).toMatchObject({ status: 404 });
    }
    expect(await of(stranger, 'GET', 'numbers')).toMatchObject({ body: { data: [] } });
  });

  it('are given up once, however often that is said', async () => {
    const { tenant, id, phoneNumber } = await owner();
    expect(await of(tenant, 'DELETE', `numbers/${phoneNumber}`)).toEqual({
      status: 200,
      replayed: false,
      body: { id, phoneNumber, status: 'released' },
    });
    expect(await of(tenant, 'DELETE', `numbers/${phoneNumber}`)).toMatchObject({
      status: 200,
      body: { status: 'released' },
    });
    expect(soldNumbers(engine.settings.sandboxFolder).map(({ intentId }) => intentId)).not.toContain(id);
  });

  it('cannot be given up while they are being bought', async () => {
    const { tenant, body } = await bought('557');
    expect(body.status).toBe('unknown');
    const answer = await of(tenant, 'DELETE', `numbers/${String(body.id)}`);
    expect(answer).toMatchObject({ status: 409, body: { code: 'request_in_progress' } });
  });

  async function bought(areaCode: string): Promise<{ tenant: Tenant; body: Record<string, unknown> }> {
    const tenant = await makeTenant(engine, { balancePence: 1_000 });
    return { tenant, body: (await provision(engine.url, tenant.key, areaCode)).body };
  }

  it('that failed cannot be given up', async () => {
    const { tenant, body } = await bought('556');
    expect(await of(tenant, 'DELETE', `numbers/${String(body.id)}`)).toMatchObject({ status: 404 });
  });

  describe('and their calls', () => {
    /** What Vapi is answered when a call comes in to this number. */
    async function gate(vapiPhoneId: string): Promise<Record<string, unknown>> {
      const answer = await fetch(`${engine.url}/api/vapi/webhook`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-vapi-secret': engine.webhookSecret },
        body: JSON.stringify({
          message: {
            type: 'assistant-request',
            call: { id: randomUUID(), type: 'inboundPhoneCall', phoneNumberId: vapiPhoneId },
          },
        }),
      });
      expect(answer.status).toBe(200);
      return (await answer.json()) as Record<string, unknown>;
    }

    it('are gated with the assistant of the number, on the credit of its tenant', async () => {
      const { tenant, vapiPhoneId } = await owner(1_280);
      expect(await gate(vapiPhoneId)).toMatchObject({ assistantId: 'a-1' });
      const wallet = await send(engine.url, 'GET', 'api/billing/wallet', { key: tenant.key });
      expect(wallet.body).toMatchObject({ balancePence: 280, heldPence: 280, activeReservations: 1 });
    });

    it('find no tenant from the moment a release is recorded, before the provider has confirmed it', async () => {
      const tenant = await makeTenant(engine, { balancePence: 5_000 });
      const { body } = await provision(engine.url, tenant.key, '565');
      expect(await of(tenant, 'DELETE', `numbers/${String(body.phoneNumber)}`)).toMatchObject({
        status: 200,
        body: { status: 'releasing' },
      });
      const answer = await gate(String(body.vapiPhoneId));
      expect(answer).toHaveProperty('error');
      expect(answer).not.toHaveProperty('assistantId');
    });

    it('find no tenant after a release', async () => {
      const { tenant, vapiPhoneId, phoneNumber } = await owner();
      await of(tenant, 'DELETE', `numbers/${phoneNumber}`);
      expect(await gate(vapiPhoneId)).toHaveProperty('error');
    });
  });

  describe('for sale', () => {
    it('are shown with their price', async () => {
      const tenant = await makeTenant(engine);
      const { status, body } = await of(
        tenant,
        'GET',
        'available-numbers?country=US&numberType=local&areaCode=212&limit=3',
      );
      expect(status).toBe(200);
      expect(body.data).toHaveLength(3);
      expect(body.data).toContainEqual({
        phoneNumber: expect.stringMatching(/^\+1212\d{7}$/),
        country: 'US',
        numberType: 'local',
        pricePence: 1_000,
      });
    });

    it.each([
      ['country=US&numberType=mobile', 422],
      ['country=FR', 400],
      ['numberType=local', 400],
      ['country=US&limit=51', 400],
      ['country=US&areaCode=abc', 400],
    ])('%s answers %s', async (query, status) => {
      const tenant = await makeTenant(engine);
      expect(await of(tenant, 'GET', `available-numbers?${query}`)).toMatchObject({ status });
    });

    it('are none where everything is sold', async () => {
      const tenant = await makeTenant(engine);
      const answer = await of(tenant, 'GET', 'available-numbers?country=US&areaCode=555');
      expect(answer).toMatchObject({ status: 200, body: { data: [] } });
    });
  });

  it('are counted, without what only operators may read', async () => {
    const { tenant } = await owner();
    expect(await of(tenant, 'GET', 'status')).toEqual({
      status: 200,
      replayed: false,
      body: {
        counts: { pending: 0, active: 1, failed: 0, unknown: 0, releasing: 0, released: 0 },
        provider: { provider: 'sandbox', ok: true, latencyMs: expect.any(Number) },
      },
    });
  });
});
