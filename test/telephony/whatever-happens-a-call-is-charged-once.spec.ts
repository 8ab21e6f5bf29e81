import { createHmac, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { startTestEngine, type TestEngine } from '../support/engine';
import { sql } from './support/database-access';
import { deliver, post, STATUS_CHECK } from './support/deliver';
import { assistantRequest, ended, inProgress, report } from './support/messages';
import { Operator } from './support/operator';
import { openNumberedTenant } from './support/tenants';

/** 61 s at 56p a minute, whoever says so. */
const [SECONDS, PRICE] = [61, 112];
/** More by `HISTORIES=2000 npm test -- whatever-happens`; fast-check prints the shortest that fails, and its seed. */
const HISTORIES = Number(process.env.HISTORIES ?? 60);
const TIMEOUT_MS = 60_000 + HISTORIES * 800;

type Act = (world: CallWorld) => Promise<unknown>;

/** What Vapi's messages, a client, its pollers, an operator and the expiry may do to one call. */
const ACTS: Readonly<Record<string, Act>> = {
  'the gate asks': async (w) => {
    // Calls with signed metadata are outbound; and nobody can have talked before.
    if (!w.signed && !w.charged) await w.message(assistantRequest(w.vapis, w.call));
  },
  'it is answered': (w) => w.heard(inProgress(w.vapis, w.call, w.began)),
  'somebody speaks': (w) =>
    w.heard({
      type: 'speech-update',
      status: 'started',
      timestamp: w.began.getTime(),
      call: { ...w.call, id: w.vapis },
    }),
  'it ends': (w) => w.heard(ended(w.vapis, w.call, new Date())),
  'it is reported': (w) => w.heard(report(w.vapis, w.call, { durationSeconds: SECONDS })),
  'its messages are replayed': (w) => w.replay(),
  'its client reserves': async (w) => {
    if (w.signed && w.talked && !w.named) return; // it reserves, signs the id, and only then starts the call
    const { status } = await w.bill('reserve-credits', { callId: w.own, ...(!w.signed && { vapiCallId: w.vapis }) });
    w.named ||= status < 300;
  },
  'its client names it': async (w) => {
    if (w.named && w.vapiHasSpoken) await w.bill('reserve-credits', { callId: w.own, vapiCallId: w.vapis });
  },
  'its client reserves under Vapi’s id': async (w) => {
    if (w.vapiHasSpoken) await w.bill('reserve-credits', { callId: w.vapis, vapiCallId: w.vapis });
  },
  'its client commits': async (w) => {
    if (w.named && w.vapiHasSpoken) await w.commit(w.own); // else nobody could know that it is this call
  },
  'its client commits under Vapi’s id': async (w) => {
    if (w.vapiHasSpoken) await w.commit(w.vapis);
  },
  'its client releases': (w) => w.bill('release-credits', { callId: w.own }),
  'its client releases under Vapi’s id': (w) => w.bill('release-credits', { callId: w.vapis }),
  'a poller asks': (w) => w.ask(w.own),
  'a poller asks under Vapi’s id': (w) => w.ask(w.vapis),
  'its holds expire': (w) => w.expire(),
};

class CallWorld {
  readonly own = randomUUID();
  readonly vapis = randomUUID();
  readonly began = new Date(Date.now() - SECONDS * 1_000);
  /** Its client holds it under an id of its own. */
  named = false;
  /** A message of the call itself has come. */
  talked = false;
  /** Its client says that it was talked. */
  charged = false;
  private asked = 0;

  constructor(
    private readonly replicas: readonly TestEngine[],
    private readonly orgId: string,
    private readonly number: { readonly phoneNumberId: string },
    /** The call's metadata name the client's id; else the client names Vapi's when it reserves. */
    readonly signed: boolean,
  ) {}

  get vapiHasSpoken(): boolean {
    return !this.signed || this.talked;
  }

  get call() {
    const { orgId, own: callId } = this;
    if (!this.signed) return { ...this.number, type: 'inboundPhoneCall' as const };
    const secret = (this.replicas[0] as TestEngine).webhookSecret;
    const sig = createHmac('sha256', secret).update(`${orgId}:${callId}`).digest('hex');
    const assistantOverrides = { metadata: { orgId, callId, sig } };
    return { ...this.number, type: 'outboundPhoneCall' as const, assistantOverrides };
  }

  /** Each request goes to the next replica. */
  private get engine(): TestEngine {
    return this.replicas[this.asked++ % this.replicas.length] as TestEngine;
  }

  message(message: object) {
    return deliver(this.engine, message);
  }

  async heard(message: object): Promise<void> {
    await this.message(message);
    this.talked = true;
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

  async replay(): Promise<void> {
    const operator = new Operator(this.engine);
    for (const { id, type } of await operator.deliveries({ callId: this.vapis }))
      if (type !== 'assistant-request') await operator.replay(id);
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
const terms = fc.record({
  balancePence: fc.constantFrom(10_000, 10_000, 10_000, PRICE, 30, 0),
  prepaidBilling: fc.constantFrom(true, true, true, false),
  signed: fc.boolean(),
});

const RICH = { balancePence: 10_000, prepaidBilling: true, signed: false };
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

  async function play(
    { balancePence, prepaidBilling, signed }: typeof RICH,
    steps: readonly (readonly string[])[],
  ): Promise<void> {
    const { orgId, call } = await openNumberedTenant(operator, { balancePence, prepaidBilling });
    const world = new CallWorld(replicas, orgId, call, signed);
    for (const names of [...steps, ['it is reported'], ['its client commits'], ['its holds expire']]) {
      world.charged ||= names.some((name) => name.includes('commits'));
      await Promise.all(names.map((name) => (ACTS[name] as Act)(world)));
    }
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
        examples: FOUND.map((steps): [typeof RICH, string[][]] => [RICH, steps]),
      }),
    TIMEOUT_MS,
  );
});
