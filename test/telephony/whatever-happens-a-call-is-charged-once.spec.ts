import fc from 'fast-check';
import { startTestEngine, type TestEngine } from '../support/engine';
import { ACT_NAMES, CallWorld, happens, PRICE, type ActName, type Line } from './support/call-histories';
import { Operator } from './support/operator';
import { openNumberedTenant } from './support/tenants';

/** More by `HISTORIES=2000 npm test -- whatever-happens`; fast-check prints the shortest that fails, and its seed. */
const HISTORIES = Number(process.env.HISTORIES ?? 60);
const TIMEOUT_MS = 60_000 + HISTORIES * 800;

/** One act after another, some two at the very same moment. */
const act = fc.constantFrom(...ACT_NAMES);
const history = fc.array(fc.array(act, { minLength: 1, maxLength: 2 }), { maxLength: 10 });
const terms = fc.record({
  balancePence: fc.constantFrom(10_000, 10_000, 10_000, PRICE, 30, 0),
  prepaidBilling: fc.constantFrom(true, true, true, false),
  signed: fc.boolean(),
});

const RICH = { balancePence: 10_000, prepaidBilling: true, signed: false };
/** Each of these charged a call twice once. */
const FOUND: ActName[][][] = [
  [
    ['its client reserves', 'its holds expire'],
    ['it is answered', 'its client commits under Vapi’s id'],
  ],
  [
    ['its client reserves'],
    ['the gate asks'],
    ['its client releases', 'the gate asks'],
    ['its client commits under Vapi’s id'],
  ],
];

describe.each([1, 2])('whatever happens to a call, in any order and at the same moment, with %i replicas', (count) => {
  const replicas: TestEngine[] = [];
  let operator: Operator;
  let asked = 0;
  /** Each request goes to the next replica. */
  const line: Line = (ask) => ask(replicas[asked++ % replicas.length] as TestEngine);

  beforeAll(async () => {
    const first = await startTestEngine();
    replicas.push(first);
    while (replicas.length < count) replicas.push(await startTestEngine({ databaseUrl: first.database.url }));
    operator = new Operator(first);
  });

  afterAll(async () => {
    expect(await operator.violations()).toEqual([]);
    for (const replica of replicas.reverse()) await replica.stop();
  });

  async function play(
    { balancePence, prepaidBilling, signed }: typeof RICH,
    steps: readonly (readonly ActName[])[],
  ): Promise<void> {
    const { orgId, call } = await openNumberedTenant(operator, { balancePence, prepaidBilling });
    const { database, webhookSecret } = replicas[0] as TestEngine;
    const around = { databaseUrl: database.url, webhookSecret, line, fromVapi: line };
    const world = new CallWorld(around, orgId, call, signed);
    const end: ActName[][] = [['it is reported'], ['its client commits'], ['its holds expire']];
    for (const names of [...steps, ...end]) await happens(names.map((name) => [world, name]));
    const wallet = await operator.wallet(orgId);
    expect(balancePence - wallet.balancePence + wallet.arrearsPence).toBe(PRICE);
    expect(wallet).toMatchObject({ heldPence: 0, activeReservations: 0 });
    // It owes nothing that it could pay.
    expect(Math.min(wallet.balancePence, wallet.arrearsPence)).toBe(0);
  }

  it(
    'when its report has come it is charged once, and nothing is held for it',
    () =>
      fc.assert(fc.asyncProperty(terms, history, play), {
        numRuns: HISTORIES,
        examples: FOUND.map((steps): [typeof RICH, ActName[][]] => [RICH, steps]),
      }),
    TIMEOUT_MS,
  );
});
