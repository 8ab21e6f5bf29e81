import type { Browser } from 'playwright-core';
import { openBrowser } from '../support/browser';
import { startTestEngine, type TestEngine } from '../support/engine';
import { operatorOf } from '../support/http-client';
import { stuckNumber } from '../support/stuck-numbers';
import { SwaggerUi, type Filling } from '../support/swagger-ui';

/** A browser's start, and a page of 47 routes, on a machine that is busy with other tests. */
const PATIENCE_MS = 60_000;

/** An area code whose purchases time out. */
const TIMES_OUT = '557';

let engine: TestEngine;
let browser: Browser | undefined;
let docs: SwaggerUi;
/** What exists only here, as an operator would copy it from earlier answers. */
let known: { orgId: string; keyId: string; phoneNumber: string; deliveryId: string };

beforeAll(async () => {
  engine = await startTestEngine();
  browser = await openBrowser();
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS / 2);
  await page.goto(`${engine.url}/docs`);
  docs = new SwaggerUi(page);
  await docs.authorize(engine.adminKey);
  known = { orgId: '', keyId: '', phoneNumber: '', deliveryId: '' };
}, PATIENCE_MS);

afterAll(async () => {
  await browser?.close();
  await engine.stop();
});

const forTenant = (): Filling => ({ parameters: { 'X-Org-Id': known.orgId } });
const ofTenant = (): Filling => ({ parameters: { orgId: known.orgId } });
/** The examples speak of one call, whose story ends once. */
const ofAnotherCall = (callId: string) => (offered: string) => offered.replace('call-123', callId);
const id = (answer: string): string => (JSON.parse(answer) as { id: string }).id;

interface Step {
  readonly fill?: () => Filling | Promise<Filling>;
  /** Notes what later steps need. */
  readonly then?: (answer: string) => unknown;
}

/** Every route of the document, in an order in which an operator could press them. */
const STEPS: Readonly<Record<string, Step>> = {
  'GET /health/live': {},
  'GET /health/ready': {},
  'GET /metrics': {},
  'POST /api/admin/organizations': { then: (answer) => (known.orgId = id(answer)) },
  'GET /api/admin/organizations': {},
  'GET /api/admin/organizations/{orgId}': { fill: ofTenant },
  'PATCH /api/admin/organizations/{orgId}': { fill: ofTenant },
  'POST /api/admin/organizations/{orgId}/credits': { fill: ofTenant },
  'POST /api/admin/organizations/{orgId}/api-keys': { fill: ofTenant, then: (answer) => (known.keyId = id(answer)) },
  'GET /api/admin/organizations/{orgId}/api-keys': { fill: ofTenant },
  'DELETE /api/admin/organizations/{orgId}/api-keys/{id}': {
    fill: () => ({ parameters: { orgId: known.orgId, id: known.keyId } }),
  },
  'GET /api/billing/wallet': { fill: forTenant },
  'GET /api/billing/quote': { fill: forTenant },
  'POST /api/billing/deduct-asset': { fill: forTenant },
  'POST /api/billing/reserve-credits': { fill: forTenant },
  'POST /api/vapi/webhook/status-check': {},
  'GET /api/billing/reservations': { fill: forTenant },
  'GET /api/billing/reservations/{callId}': {
    fill: () => ({ parameters: { 'X-Org-Id': known.orgId, callId: 'call-123' } }),
  },
  'POST /api/billing/commit-credits': { fill: forTenant },
  'GET /api/billing/calls/{callId}': {
    fill: () => ({ parameters: { 'X-Org-Id': known.orgId, callId: 'call-123' } }),
  },
  'POST /api/billing/release-credits': {
    fill: async () => {
      await operatorOf(engine, known.orgId).post('api/billing/reserve-credits', { callId: 'call-124' });
      return { ...forTenant(), body: ofAnotherCall('call-124') };
    },
  },
  'GET /api/billing/wallet/transactions': { fill: forTenant },
  'GET /api/managed-telephony/available-numbers': { fill: forTenant },
  'POST /api/managed-telephony/provision': {
    fill: forTenant,
    then: (answer) => (known.phoneNumber = (JSON.parse(answer) as { phoneNumber: string }).phoneNumber),
  },
  'GET /api/managed-telephony/numbers': { fill: forTenant },
  'GET /api/managed-telephony/numbers/{phoneNumber}': {
    fill: () => ({ parameters: { 'X-Org-Id': known.orgId, phoneNumber: known.phoneNumber } }),
  },
  'DELETE /api/managed-telephony/numbers/{phoneNumber}': {
    fill: () => ({ parameters: { 'X-Org-Id': known.orgId, phoneNumber: known.phoneNumber } }),
  },
  'GET /api/managed-telephony/status': {},
  'PUT /api/admin/organizations/{orgId}/phone-numbers/{vapiPhoneNumberId}': {
    fill: () => ({
      parameters: { orgId: known.orgId, vapiPhoneNumberId: 'c1d7e0a2-3f64-4a8b-9b52-0e6f1d2c3b4a' },
    }),
  },
  'POST /api/admin/phone-numbers/{id}/end': {
    fill: async () => {
      const { id: stuckId, tenant } = await stuckNumber(engine, TIMES_OUT);
      return { parameters: { id: stuckId, 'X-Org-Id': tenant.orgId } };
    },
    then: (answer) => expect(JSON.parse(answer)).toMatchObject({ status: 'failed' }),
  },
  'GET /api/admin/price-list': {},
  'PUT /api/admin/price-list': {},
  'GET /api/admin/phone-number-orphans': {},
  'POST /api/admin/phone-number-orphans/check': {},
  'POST /api/vapi/webhook': {
    fill: () => ({ parameters: { 'X-Vapi-Secret': engine.webhookSecret } }),
    then: (answer) => expect(JSON.parse(answer)).toHaveProperty('assistantId'),
  },
  'GET /api/admin/webhook-deliveries': {
    then: (answer) => (known.deliveryId = (JSON.parse(answer) as { data: { id: string }[] }).data[0]!.id),
  },
  'GET /api/admin/webhook-deliveries/{id}': { fill: () => ({ parameters: { id: known.deliveryId } }) },
  'POST /api/admin/webhook-deliveries/{id}/replay': { fill: () => ({ parameters: { id: known.deliveryId } }) },
  'GET /api/admin/calls': {},
  'POST /api/admin/reservations/cleanup': {},
  'POST /rest/v1/rpc/add_wallet_credits': {},
  'POST /rest/v1/rpc/get_wallet_summary': {},
  'POST /rest/v1/rpc/check_balance_and_deduct_asset_cost': {},
  'POST /rest/v1/rpc/reserve_call_credits': { fill: () => ({ body: ofAnotherCall('call-125') }) },
  'POST /rest/v1/rpc/commit_reserved_credits': { fill: () => ({ body: ofAnotherCall('call-125') }) },
  'POST /rest/v1/rpc/cleanup_expired_reservations': {},
  'GET /api/admin/reconciliation': {},
};

it('Swagger UI shows the routes that are tried here, and no other', async () => {
  expect((await docs.routes()).sort()).toEqual(Object.keys(STEPS).sort());
});

describe('Try it out, Execute', () => {
  it.each(Object.keys(STEPS))(
    '%s',
    async (route) => {
      const { fill, then } = STEPS[route]!;
      const { status, sent, answer } = await docs.execute(route, await fill?.());
      expect({ family: Math.floor(status / 100), sent, answer }).toEqual({ family: 2, sent, answer });
      then?.(answer);
    },
    PATIENCE_MS,
  );
});

it('without a browser the reason is said in a sentence', () => {
  expect(() => openBrowser('/nowhere')).toThrow(/no chromium, .* in PATH: apt-get install chromium/);
});
