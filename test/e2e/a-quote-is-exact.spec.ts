import { startTestEngine, type TestEngine } from '../support/engine';
import { clientOf, expectProblem, type HttpClient } from '../support/http-client';
import { makeTenant } from '../support/tenant';

let engine: TestEngine;
let client: HttpClient;

beforeAll(async () => {
  engine = await startTestEngine();
  client = clientOf(engine, await makeTenant(engine, { balancePence: 10_000 }));
});

afterAll(() => engine.stop());

describe('GET /api/billing/quote', () => {
  it.each([
    'minutes=',
    'seconds=',
    'minutes=%20',
    'minutes=0x10',
    'seconds=1e2',
    'minutes=-1',
    'minutes=1,5',
    'seconds=.5',
  ])('?%s is refused, and says which field', async (query) => {
    const errors = [{ path: query.split('=')[0], message: expect.any(String) }];
    expectProblem(await client.get(`api/billing/quote?${query}`), 400, 'invalid_request', { errors });
  });

  it.each([
    ['minutes=8.05', 483],
    ['minutes=1.1', 66],
    ['minutes=0.3', 18],
    ['minutes=5', 300],
    ['seconds=187.4', 187.4],
    ['seconds=0', 0],
    ['minutes=3.3333333333333335', 200],
  ])('?%s is %d seconds to the microsecond', async (query, seconds) => {
    expect((await client.get(`api/billing/quote?${query}`)).body).toMatchObject({ seconds });
  });
});
