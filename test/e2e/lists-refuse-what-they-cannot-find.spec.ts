import { randomUUID } from 'node:crypto';
import { encodeCursor } from '@holdfast/platform';
import { startTestEngine, type TestEngine } from '../support/engine';
import { clientOf, expectProblem, operatorOf } from '../support/http-client';
import { makeTenant, type Tenant } from '../support/tenant';

const LISTS = [
  'api/admin/organizations',
  'api/billing/reservations',
  'api/admin/webhook-deliveries',
  'api/managed-telephony/numbers',
];
const MOMENT = '2026-11-23T10:00:00.000Z';
const ID = '11111111-1111-1111-1111-111111111111';

let engine: TestEngine;
let tenant: Tenant;

beforeAll(async () => {
  engine = await startTestEngine();
  tenant = await makeTenant(engine);
});

afterAll(() => engine.stop());

describe.each(LISTS)('GET %s', (list) => {
  const page = (position: unknown[]) =>
    operatorOf(engine, tenant.orgId).get(`${list}?cursor=${encodeCursor(position as string[])}`);

  it.each([
    ['an id that is none', [MOMENT, 'x']],
    ['a number as id', [MOMENT, 7]],
    ['no id', [MOMENT]],
    ['a year that PostgreSQL does not know', ['+275760-09-13T00:00:00.000Z', ID]],
    ['a year before all years', ['-271821-04-20T00:00:00.000Z', ID]],
    ['words that JavaScript takes for a date', ['December 17, 1995 03:24:00', ID]],
    ['a day that is none', ['2026-13-41T10:00:00.000Z', ID]],
    ['a number as moment', [1_700_000_000_000, ID]],
    ['nothing', []],
  ])('refuses a cursor with %s', async (_, position) => {
    const errors = [{ path: 'cursor', message: expect.any(String) }];
    expectProblem(await page(position), 400, 'invalid_request', { errors });
  });

  it.each([['0000-01-01T00:00:00.000Z'], ['9999-12-31T23:59:59.999Z'], [MOMENT]])(
    'takes one with any moment it might have made: %s',
    async (moment) => {
      expect((await page([moment, ID])).status).toBe(200);
    },
  );
});

describe('a limit is written in digits', () => {
  it.each([
    ...LISTS,
    'api/billing/wallet/transactions',
    'api/admin/calls',
    'api/managed-telephony/available-numbers?country=US',
  ])('GET %s', async (list) => {
    const page = (limit: string) =>
      operatorOf(engine, tenant.orgId).get(`${list}${list.includes('?') ? '&' : '?'}limit=${limit}`);
    for (const limit of ['1e1', '0x10', '10.0', '010', '%2010', '10%20', '%2B10', 'Infinity', 'NaN', '']) {
      const errors = [{ path: 'limit', message: 'must be a whole number' }];
      expectProblem(await page(limit), 400, 'invalid_request', { errors });
    }
    expect((await page('10')).status).toBe(200);

    const { body } = await operatorOf(engine).get('openapi.json');
    expect(body).toHaveProperty(
      ['paths', `/${list.split('?')[0]!}`, 'get', 'parameters'],
      expect.arrayContaining([
        expect.objectContaining({
          name: 'limit',
          schema: expect.objectContaining({ type: 'integer', default: expect.any(Number) }),
        }),
      ]),
    );
  });
});

describe('of an organization that does not exist', () => {
  it.each(['api/billing/reservations', 'api/managed-telephony/numbers', 'api/managed-telephony/status'])(
    'GET %s finds nothing, and says why',
    async (path) => {
      expectProblem(await operatorOf(engine, randomUUID()).get(path), 404, 'organization_not_found');
      expect((await operatorOf(engine, tenant.orgId).get(path)).status).toBe(200);
      expect((await clientOf(engine, tenant).get(path)).status).toBe(200);
    },
  );

  it('the counts of all organizations are not those', async () => {
    expect((await operatorOf(engine).get('api/managed-telephony/status')).status).toBe(200);
  });
});
