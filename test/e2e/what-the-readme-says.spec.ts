import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scaledTime } from '@holdfast/kernel';
import { createClient } from '@supabase/supabase-js';
import { startTestEngine, type TestEngine } from '../support/engine';
import { operatorOf, type HttpClient } from '../support/http-client';
import { makeTenant, type Tenant } from '../support/tenant';

const ROOT = join(__dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

let engine: TestEngine;
let tenant: Tenant;
let operator: HttpClient;

beforeAll(async () => {
  engine = await startTestEngine();
  tenant = await makeTenant(engine, { balancePence: 10_000 });
  operator = operatorOf(engine, tenant.orgId);
});

afterAll(() => engine.stop());

it('old clients: the line that makes supabase-js works on every Node, and without its last part where Node has a WebSocket', async () => {
  const [, line] = /^(const billing = createClient\(.*?\);)/m.exec(README)!;
  expect(line).toBe("const billing = createClient('http://127.0.0.1:3000', key, { realtime: { transport: ws } });");
  expect(README).toMatch(/^import ws from 'ws'; \/\/ npm install ws:/m); // no package brings it
  const ws = Object as never; // stands for the package: .rpc() never opens one
  const billing = createClient(engine.url, tenant.key, { realtime: { transport: ws } });
  const { data } = await billing.rpc('get_wallet_summary', { p_org_id: tenant.orgId });
  expect(data).toMatchObject({ success: true, balance_pence: 10_000 });

  let made = true;
  try {
    createClient(engine.url, tenant.key);
  } catch {
    made = false;
  }
  expect(made).toBe('WebSocket' in globalThis);
});

it('numbers: one bought without an assistant refuses every call until an operator names one', async () => {
  expect(README).toMatch(/without `assistantId` refuses every call/);
  const bought = await operator.post('api/managed-telephony/provision', {
    country: 'US',
    numberType: 'local',
    direction: 'inbound',
  });
  expect(bought.status).toBe(201);
  const phoneNumberId = String(bought.body.vapiPhoneId);
  const gate = async (): Promise<unknown> => {
    const call = { id: randomUUID(), type: 'inboundPhoneCall', phoneNumberId };
    const { body } = await operator.post(
      'api/vapi/webhook',
      { message: { type: 'assistant-request', call } },
      { headers: { 'x-vapi-secret': engine.webhookSecret } },
    );
    return body;
  };
  expect(await gate()).toEqual({ error: expect.any(String) });
  const path = `api/admin/organizations/${tenant.orgId}/phone-numbers/${phoneNumberId}`;
  expect((await operator.send('PUT', path, { assistantId: 'a-1' })).status).toBe(200);
  expect(await gate()).toMatchObject({ assistantId: 'a-1' });

  const document = (await operator.get('openapi.json')).text;
  expect(document).toContain('An inbound number bought without one refuses every call until an operator names one');
});

it('time scale: the year that its page names is the one that the clock reaches', () => {
  const page = readFileSync(join(ROOT, 'docs/decisions/time-scale.md'), 'utf8');
  const [, scale, year] = /at scale (\d+) the\s+end of 2026 is the year (\d+)/.exec(page)!;
  expect(scaledTime(new Date('2026-12-31T23:59:59Z'), Number(scale)).getUTCFullYear()).toBe(Number(year));
});
