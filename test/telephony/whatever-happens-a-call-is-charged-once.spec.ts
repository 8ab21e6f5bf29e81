import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { startTestEngine, type TestEngine } from '../support/engine';
import { sql } from './support/database-access';
import { deliver, post, STATUS_CHECK } from './support/deliver';
import { assistantRequest, ended, inProgress, report } from './support/messages';
import { Operator } from './support/operator';
import { openNumberedTenant } from './support/tenants';

const BALANCE = 10_000;
/** 61 s at 56p a minute, whoever says so. */
const [SECONDS, PRICE] = [61, 112];

/** More by `HISTORIES=2000 npm test -- whatever-happens`; fast-check prints the shortest that fails, and its seed. */
const HISTORIES = Number(process.env.HISTORIES ?? 60);
const TIMEOUT_MS = 60_000 + HISTORIES * 500;

type Act = (world: CallWorld) => Promise<unknown>;

/** What Vapi's messages, a client who names the call at Vapi whenever it reserves, its pollers and the expiry may do to one call. */
const ACTS: Readonly<Record<string, Act>> = {
  'the gate asks': async (w) => {
    if (!w.begun) await w.message(assistantRequest(w.vapis, w.call)); // nobody can have talked before
  },
  'it is answered': (w) => w.message(inProgress(w.vapis, w.call)),
  'somebody speaks': (w) =>
    w.message({ type: 'speech-update', status: 'started', call: { ...w.call, id: w.vapis, type: 'inboundPhoneCall' } }),
  'it ends': (w) => w.message(ended(w.vapis, w.call)),
  'it is reported': (w) => w.message(report(w.vapis, w.call, { durationSeconds: SECONDS })),
  'its client reserves': async (w) => {
    await w.bill('reserve-credits', { callId: w.own, vapiCallId: w.vapis });
    w.named = true;
  },
  'its client reserves under Vapi’s id': (w) => w.bill('reserve-credits', { callId: w.vapis, vapiCallId: w.vapis }),
  'its client commits': async (w) => {
    if (w.named) await w.commit(w.own); // before, nobody could know that it is this call
  },
  'its client commits under Vapi’s id': (w) => w.commit(w.vapis),
  'its client releases': (w) => w.bill('release-credits', { callId: w.own }),
  'its client releases under Vapi’s id': (w) => w.bill('release-credits', { callId: w.vapis }),
  'a poller asks': (w) => w.ask(w.own),
  'a poller asks under Vapi’s id': (w) => w.ask(w.vapis),
  'its holds expire': (w) => w.expire(),
};

class CallWorld {
  readonly own = randomUUID();
  readonly vapis = randomUUID();
  /** The client has told that its own id means this call. */
  named = false;
  /** Its client says that it was talked. */
  begun = false;

  private asked = 0;

  constructor(
    private readonly replicas: readonly TestEngine[],
    readonly orgId: string,
    readonly call: { readonly phoneNumberId: string },
  ) {}

  /** Each request goes to the next replica. */
  private get engine(): TestEngine {
    return this.replicas[this.asked++ % this.replicas.length] as TestEngine;
  }

  message(message: object) {
    return deliver(this.engine, message);
  }

  bill(path: string, body: object) {
    return new Operator(this.engine).bill(this.orgId, path, body);
  }

  commit(callId: string) {
    return this.bill('commit-credits', { callId, actualDurationSeconds: SECONDS });
  }

  ask(id: string) {
    const { url, webhookSecret } = this.engine;
    const headers = { 'content-type': 'application/json', 'x-vapi-secret': webhookSecret };
    return post(url + STATUS_CHECK, JSON.stringify({ message: { call: { id } } }), headers);
  }

  async expire(): Promise<void> {
    const { engine } = this;
    const expire = `update credit_reservations set expires_at = now() where org_id = $1 and status = 'active'`;
    await sql(engine.database.url, expire, [this.orgId]);
    await new Operator(engine).sweep();
  }
}

/** One act after another, some two at the very same moment. */
const act = fc.constantFrom(...Object.keys(ACTS));
const history = fc.array(fc.array(act, { minLength: 1, maxLength: 2 }), { maxLength: 10 });

/** Each of these charged a call twice once. */
const FOUND = [
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

  it(
    'when its report has come it is charged once, and nothing is held for it',
    async () => {
      await fc.assert(
        fc.asyncProperty(history, async (steps) => {
          const { orgId, call } = await openNumberedTenant(operator, { balancePence: BALANCE });
          const world = new CallWorld(replicas, orgId, call);
          const play = (names: readonly string[]) => {
            world.begun ||= names.some((name) => name.includes('commits'));
            return Promise.all(names.map((name) => (ACTS[name] as Act)(world)));
          };
          for (const names of steps) await play(names);
          await play(['it is reported']);
          await play(['its client commits']);
          await play(['its holds expire']);
          expect(await operator.wallet(orgId)).toMatchObject({
            balancePence: BALANCE - PRICE,
            heldPence: 0,
            arrearsPence: 0,
            activeReservations: 0,
          });
        }),
        { numRuns: HISTORIES, examples: FOUND.map((steps) => [steps]) },
      );
    },
    TIMEOUT_MS,
  );
});
