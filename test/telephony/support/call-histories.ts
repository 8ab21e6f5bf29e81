import { createHmac, randomUUID } from 'node:crypto';
import type { TestEngine } from '../../support/engine';
import { sql } from './database-access';
import { deliver, post, STATUS_CHECK, type Answer } from './deliver';
import { assistantRequest, ended, inProgress, report } from './messages';
import { Operator } from './operator';

/** 61 s at 56p a minute, whoever says so. */
export const [SECONDS, PRICE] = [61, 112];

export type EngineAtWork = Pick<TestEngine, 'url' | 'adminKey' | 'webhookSecret'>;

/** Asks one engine or another. */
export type Line = <T>(ask: (engine: EngineAtWork) => Promise<T>) => Promise<T>;

export interface Surroundings {
  readonly databaseUrl: string;
  readonly webhookSecret: string;
  /** How clients, pollers and operators reach an engine. */
  readonly line: Line;
  /** Vapi says it once; null: nobody answered, so nobody knows whether it was heard. */
  readonly fromVapi: (tell: (engine: EngineAtWork) => Promise<Answer>) => Promise<Answer | null>;
}

type Act = (world: CallWorld) => Promise<unknown>;

/** What Vapi's messages, a client, its pollers, an operator and the expiry may do to one call. */
const ACTS = {
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
  'it is reported': (w) => w.isReported(),
  'its messages are replayed': (w) => w.replay(),
  'its client reserves': async (w) => {
    if (w.signed && w.begun && !w.named) return; // it reserves, signs the id, and only then starts the call
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
  'it is time to look at it': (w) => w.lookAt(),
} satisfies Readonly<Record<string, Act>>;

export type ActName = keyof typeof ACTS;
export const ACT_NAMES = Object.keys(ACTS) as ActName[];

/** All of it at the very same moment. */
export async function happens(acts: readonly (readonly [CallWorld, ActName])[]): Promise<void> {
  for (const [world, name] of acts) world.charged ||= name.includes('commits');
  await Promise.all(acts.map(([world, name]) => ACTS[name](world)));
}

export class CallWorld {
  readonly own = randomUUID();
  readonly vapis = randomUUID();
  readonly began = new Date(Date.now() - SECONDS * 1_000);
  /** Its client holds it under an id of its own. */
  named = false;
  /** A message of the call itself was sent. */
  begun = false;
  /** Its report has come. */
  reported = false;
  /** Its client says that it was talked. */
  charged = false;
  /** What its client was told when it committed. */
  readonly commits: Answer[] = [];
  private talked = false;

  constructor(
    private readonly around: Surroundings,
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
    const sig = createHmac('sha256', this.around.webhookSecret).update(`${orgId}:${callId}`).digest('hex');
    const assistantOverrides = { metadata: { orgId, callId, sig } };
    return { ...this.number, type: 'outboundPhoneCall' as const, assistantOverrides };
  }

  message(message: object): Promise<Answer | null> {
    return this.around.fromVapi((engine) => deliver(engine, message));
  }

  async heard(message: object): Promise<boolean> {
    const answer = await this.message(message);
    this.begun = true;
    this.talked ||= answer !== null;
    return answer !== null;
  }

  async isReported(): Promise<void> {
    const heard = await this.heard(report(this.vapis, this.call, { durationSeconds: SECONDS }));
    this.reported ||= heard;
  }

  bill(path: string, body: object): Promise<Answer> {
    return this.around.line((engine) => new Operator(engine).bill(this.orgId, path, body));
  }

  async commit(callId: string): Promise<void> {
    const answer = await this.bill('commit-credits', { callId, actualDurationSeconds: SECONDS });
    if (answer.status === 200) this.commits.push(answer);
  }

  ask(id: string): Promise<Answer> {
    return this.around.line(({ url, webhookSecret }) => {
      const headers = { 'content-type': 'application/json', 'x-vapi-secret': webhookSecret };
      return post(url + STATUS_CHECK, JSON.stringify({ message: { call: { id } } }), headers);
    });
  }

  replay(): Promise<void> {
    return this.around.line(async (engine) => {
      const operator = new Operator(engine);
      for (const { id, type } of await operator.deliveries({ callId: this.vapis }))
        if (type !== 'assistant-request') await operator.replay(id);
    });
  }

  /** An engine does so by itself, a moment later. */
  lookAt(): Promise<unknown> {
    const due = `update calls set next_decision_at = now() where call_id = $1 and next_decision_at is not null`;
    return sql(this.around.databaseUrl, due, [this.vapis]);
  }

  async expire(): Promise<void> {
    const expire = `update credit_reservations set expires_at = now() where org_id = $1 and status = 'active'`;
    await sql(this.around.databaseUrl, expire, [this.orgId]);
    await this.around.line((engine) => new Operator(engine).sweep());
  }
}
