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

describe('invalid_request carries errors', () => {
  it.each([
    ['a path that is not percent-encoded', 'api/billing/reservations/%zz', 'The path is not properly percent-encoded.'],
    ['an id too long for the router', `api/billing/calls/${'x'.repeat(2_000)}`, 'An id in the path is too long.'],
    ['an id too long', `api/billing/calls/${'x'.repeat(300)}`, expect.any(String)],
  ])('for %s, and its detail is short', async (_, path, message) => {
    const answer = await client.get(path);
    expectProblem(answer, 400, 'invalid_request');
    expect(answer.body.errors).toEqual([{ path: '', message }]);
    expect(String(answer.body.detail).length).toBeLessThan(100);
  });
});
