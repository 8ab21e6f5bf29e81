import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { priceOfMs, type RateCard, secondsFor } from '../load/price-oracle';
import type { CallKind } from '../calls/simulated-call';

interface ToyCall {
  orgId: string;
  kind: CallKind;
  heldPence: number;
  chargedPence?: number;
  uncollectedPence: number;
}
interface ToyOrganisation {
  card: RateCard;
  estimatedMinutes: number;
  balancePence: number;
  rows: { callId: string; vapiCallId: string; amountPence: number }[];
}

/** How a toy engine may be wrong. The judge must notice each. */
export type ToyMistake = 'charges twice' | 'drops every third report' | 'caps charges at the hold' | 'has no cap';

/** `finds every third call late` is no mistake: that is how an engine charges a call of which no message came. */
export type ToyManner = 'honest' | 'finds every third call late' | ToyMistake;

/** Real time, and longer than everything else of a small run takes. */
const FOUND_AFTER_MS = 2_500;

interface WireMessage {
  type: string;
  status?: string;
  durationSeconds?: number;
  startedAt?: string;
  endedAt?: string;
  call: { id: string; phoneNumberId?: string; type: CallKind };
}

/**
 * Just enough of a strict billing engine, in memory, to show that a run's judge says yes to an honest engine and no to a
 * wrong one. It knows inbound calls only and asks GET /call for what it missed.
 */
export class ToyEngine {
  url = '';
  private readonly organisations = new Map<string, ToyOrganisation>();
  private readonly orgOfNumber = new Map<string, string>();
  private readonly calls = new Map<string, ToyCall>();
  private readonly gateAnswers = new Map<string, unknown>();
  private reports = 0;
  private readonly server = http.createServer((request, response) => {
    let raw = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (raw += chunk));
    request.on('end', () => {
      void this.answer(request, JSON.parse(raw || '{}') as never).then(({ status = 200, body }) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? {})),
      );
    });
  });

  constructor(
    private readonly manner: ToyManner,
    private readonly vapiUrl: string,
  ) {}

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: http.IncomingMessage, body: never): Promise<{ status?: number; body?: unknown }> {
    const path = new URL(request.url ?? '/', this.url).pathname;
    const org = this.organisations.get(String(request.headers['x-org-id']));
    const [, orgId = '', numberId] = /organizations\/([^/]+)\/(?:credits|phone-numbers\/([^/]+))$/.exec(path) ?? [];
    if (path === '/api/vapi/webhook') return { body: this.webhook((body as { message: WireMessage }).message) };
    if (path === '/api/admin/organizations') return { status: 201, body: this.createOrganisation(body) };
    if (path.endsWith('/credits')) return { status: 201, body: this.topUp(orgId, body) };
    if (numberId) return { body: { stored: this.orgOfNumber.set(numberId, orgId).has(numberId) } };
    if (path === '/api/billing/wallet')
      return { body: { ...org, heldPence: this.held(org), arrearsPence: this.arrears(org) } };
    if (path.endsWith('/transactions')) return { body: { data: org?.rows, nextCursor: null } };
    if (path.startsWith('/api/billing/reservations/')) return { body: this.calls.get(path.split('/').at(-1)!) };
    if (path.endsWith('/cleanup')) return { body: await this.askForWhatWasMissed() };
    if (path.endsWith('/reconciliation')) return { body: { ok: true, checks: [], asOf: new Date().toISOString() } };
    if (path.endsWith('/admin/calls')) return { body: { data: this.open().map(([callId]) => ({ callId })) } };
    return { status: 404, body: { code: 'not_found' } };
  }

  private createOrganisation({
    id,
    rateCard,
    estimatedMinutes,
  }: {
    id: string;
    rateCard: RateCard;
    estimatedMinutes: number;
  }) {
    this.organisations.set(id, { card: rateCard, estimatedMinutes, balancePence: 0, rows: [] });
  }

  private topUp(orgId: string, { amountPence }: { amountPence: number }): void {
    this.organisations.get(orgId)!.balancePence += amountPence;
  }

  private webhook(message: WireMessage): unknown {
    const { call } = message;
    if (this.gateAnswers.has(call.id) && message.type === 'assistant-request') return this.gateAnswers.get(call.id);
    if (message.type === 'assistant-request')
      return this.remember(call.id, this.gate(call.id, this.orgOfNumber.get(call.phoneNumberId ?? '')!));
    if (message.type === 'end-of-call-report') this.report(call.id, (message.durationSeconds ?? 0) * 1000);
    else if (message.status === 'ended') void this.lookUp(call.id, 'release');
    return { received: true };
  }

  private remember(callId: string, answer: unknown): unknown {
    this.gateAnswers.set(callId, answer);
    return answer;
  }

  private gate(callId: string, orgId: string): unknown {
    const org = this.organisations.get(orgId)!;
    const free = org.balancePence - this.held(org);
    const seconds = Math.min(org.estimatedMinutes * 60, secondsFor(org.card, free));
    if (seconds < 10) return { error: 'Sorry, not enough credits on your account, please refill.' };
    const heldPence = priceOfMs(org.card, seconds * 1000);
    this.calls.set(callId, { orgId, kind: 'inboundPhoneCall', heldPence, uncollectedPence: 0 });
    const uncapped = this.manner === 'has no cap' || this.manner === 'caps charges at the hold';
    const maxDurationSeconds = uncapped ? 43_200 : secondsFor(org.card, heldPence);
    return { assistantId: 'assistant', assistantOverrides: { maxDurationSeconds } };
  }

  private report(callId: string, talkedMs: number): void {
    this.reports += 1;
    const third = this.reports % 3 === 0;
    if (third && this.manner === 'drops every third report') this.forget(callId);
    else if (third && this.manner === 'finds every third call late') this.findLate(callId, talkedMs);
    else this.charge(callId, talkedMs);
  }

  private forget(callId: string): void {
    const call = this.calls.get(callId);
    if (call) Object.assign(call, { heldPence: 0, chargedPence: 0 });
  }

  private findLate(callId: string, talkedMs: number): void {
    this.forget(callId);
    setTimeout(() => {
      Object.assign(this.calls.get(callId) ?? {}, { chargedPence: undefined });
      this.charge(callId, talkedMs);
    }, FOUND_AFTER_MS).unref();
  }

  private charge(callId: string, talkedMs: number): void {
    const call = this.calls.get(callId);
    if (!call || call.chargedPence !== undefined) return;
    const org = this.organisations.get(call.orgId)!;
    const price = priceOfMs(org.card, talkedMs);
    const { heldPence } = call;
    call.heldPence = 0;
    const free = org.balancePence - this.held(org);
    call.chargedPence = Math.min(price, this.manner === 'caps charges at the hold' ? heldPence : free);
    if (this.manner !== 'caps charges at the hold') call.uncollectedPence = price - call.chargedPence;
    const copies = this.manner === 'charges twice' ? 2 : 1;
    org.balancePence -= call.chargedPence * copies;
    for (let i = 0; i < copies; i += 1) org.rows.push({ callId, vapiCallId: callId, amountPence: call.chargedPence });
  }

  private async askForWhatWasMissed(): Promise<void> {
    for (const [callId] of this.open()) await this.lookUp(callId, 'charge');
  }

  /** After `ended` only a call that never talked is settled: one that did gets its report. */
  private async lookUp(callId: string, may: 'release' | 'charge'): Promise<void> {
    const headers = { authorization: 'Bearer any' };
    const record = (await (await fetch(`${this.vapiUrl}/call/${callId}`, { headers })).json()) as WireMessage;
    if (record.status !== 'ended') return;
    const talkedMs = record.startedAt ? Date.parse(record.endedAt ?? '') - Date.parse(record.startedAt) : 0;
    const call = this.calls.get(callId);
    if (talkedMs > 0 && may === 'charge') this.charge(callId, talkedMs);
    if (talkedMs === 0 && call) Object.assign(call, { heldPence: 0, chargedPence: 0 });
  }

  private open(): [string, ToyCall][] {
    return [...this.calls].filter(([, { chargedPence }]) => chargedPence === undefined);
  }

  private held(org?: ToyOrganisation): number {
    return this.sum(org, ({ heldPence }) => heldPence);
  }

  private arrears(org?: ToyOrganisation): number {
    return this.sum(org, ({ uncollectedPence }) => uncollectedPence);
  }

  private sum(org: ToyOrganisation | undefined, value: (call: ToyCall) => number): number {
    const own = [...this.calls.values()].filter(({ orgId }) => this.organisations.get(orgId) === org);
    return own.reduce((total, call) => total + value(call), 0);
  }
}
