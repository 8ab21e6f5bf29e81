import { CallerPool } from '../http/caller-pool';
import { BENCH_WEBHOOK_SECRET } from '../http/engine-program';
import { epochMs, type Agenda } from '../measure/agenda';
import { MEAN_TALK_SECONDS, type CallPopulation, type LiveCall, type RunningCall } from './call-population';
import type { ControlDesk } from './control-desk';
import { Latencies } from './latencies';
import { assistantRequest, ended, inProgress, report, statusCheck, talkedSeconds } from './live-messages';

/** As many as the messages of a busy second when the engine needs a second for each. */
const MAX_CONNECTIONS = 2_000;
const RING_MS = 3_000;
const REPORT_AFTER_MS = 2_000;
const MS = 1_000;
const WEBHOOK = '/api/vapi/webhook';
const STATUS_CHECK = `${WEBHOOK}/status-check`;

export interface TrafficOptions {
  readonly port: number;
  readonly agenda: Agenda;
  readonly population: CallPopulation;
  readonly desk: ControlDesk;
  readonly calls: number;
  readonly checkEverySeconds: number;
  /** What happens before is warm-up and not measured. */
  readonly measureFromMs: number;
}

/** What Vapi and the tenants' pollers send, at its own pace whatever the engine answers, and what callers do. */
export class LiveTraffic {
  readonly latencies = new Latencies();
  /** Calls that the engine ended: how many ms after their last paid one. */
  readonly cutLateMs: number[] = [];
  /** Durations in whole seconds that were reported, and taken by the engine. */
  readonly reportedSeconds: number[] = [];
  readonly faults = new Map<string, number>();
  private readonly live = new Map<string, LiveCall>();
  private readonly pool: CallerPool;

  constructor(private readonly options: TrafficOptions) {
    this.pool = new CallerPool(options.port, { 'x-vapi-secret': BENCH_WEBHOOK_SECRET }, MAX_CONNECTIONS);
    options.desk.onEnd = (callId, atMs) => this.cut(callId, atMs);
  }

  get liveCalls(): number {
    return this.live.size;
  }

  /** Calls that somebody polls about. */
  get checkedCalls(): number {
    return this.options.calls - this.options.population.spentWallets.length;
  }

  /** Asked and not answered. */
  get outstanding(): number {
    return this.pool.outstanding;
  }

  get connections(): number {
    return this.pool.connections;
  }

  /** Calls whose money was used up and that the engine has not ended. */
  overtalked(nowMs: number): LiveCall[] {
    return [...this.live.values()].filter((call) => call.paidUntilMs < nowMs);
  }

  /** @param running the calls that are in the engine's book already */
  begin(running: readonly RunningCall[]): void {
    for (const call of running) this.follow(call, this.options.agenda.fromMs);
    this.arriveLater(this.options.agenda.fromMs);
  }

  async settle(withinMs: number): Promise<void> {
    for (const until = epochMs() + withinMs; this.pool.outstanding > 0 && epochMs() < until;) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    this.pool.close();
  }

  private arriveLater(afterMs: number): void {
    const { agenda, population, calls } = this.options;
    const nextMs = afterMs + population.pauseSeconds(calls / MEAN_TALK_SECONDS) * MS;
    agenda.at(nextMs, (dueMs) => {
      void this.arrive(dueMs);
      this.arriveLater(nextMs);
    });
  }

  private async arrive(dueMs: number): Promise<void> {
    const call = this.options.population.beginning(dueMs + RING_MS);
    const answer = await this.ask('gate', WEBHOOK, assistantRequest(call, dueMs), dueMs);
    if (!answer?.includes('"assistantId"')) return this.fault('a call was not let in');
    this.options.agenda.at(call.startedAtMs, (answeredMs) => {
      void this.ask('answered', WEBHOOK, inProgress(call, this.options.desk.urlOf(call.id)), answeredMs);
      this.follow(call, answeredMs);
    });
  }

  private follow(call: LiveCall, nowMs: number): void {
    const { agenda, population, checkEverySeconds } = this.options;
    this.live.set(call.id, call);
    agenda.at(call.hangsUpAtMs, (dueMs) => this.hangUp(call, dueMs));
    // Calls that are to be ended by the engine's timer have nobody else who looks after them.
    if (Number.isFinite(call.hangsUpAtMs)) this.checkAt(call, nowMs + population.fraction() * checkEverySeconds * MS);
  }

  private checkAt(call: LiveCall, ms: number): void {
    this.options.agenda.at(ms, (dueMs) => {
      if (!this.live.has(call.id)) return;
      this.checkAt(call, ms + this.options.checkEverySeconds * MS);
      void this.ask('check', STATUS_CHECK, statusCheck(call, dueMs), dueMs).then((answer) => {
        if (answer && !answer.includes('"endCall":false')) this.fault('a status check ended a call that has money');
      });
    });
  }

  private cut(callId: string, atMs: number): void {
    const call = this.live.get(callId);
    if (!call) return; // said twice
    if (atMs < call.paidUntilMs) return this.fault('a call was cut that has paid seconds left');
    this.cutLateMs.push(atMs - call.paidUntilMs);
    this.hangUp(call, atMs);
  }

  private hangUp(call: LiveCall, endedAtMs: number): void {
    if (!this.live.delete(call.id)) return;
    void this.ask('ended', WEBHOOK, ended(call, endedAtMs), endedAtMs);
    this.options.agenda.at(endedAtMs + REPORT_AFTER_MS, (dueMs) => {
      void this.ask('report', WEBHOOK, report(call, endedAtMs), dueMs).then((answer) => {
        if (answer !== undefined) this.reportedSeconds.push(Math.ceil(talkedSeconds(call, endedAtMs)));
      });
    });
  }

  /** @returns the answer, or undefined when there was none that helps */
  private async ask(kind: string, path: string, body: string | Buffer, dueMs: number): Promise<string | undefined> {
    try {
      const answer = await this.pool.post(path, body);
      if (dueMs >= this.options.measureFromMs) this.latencies.add(kind, epochMs() - dueMs);
      if (answer.status === 200) return answer.body;
      this.fault(`${kind} answered ${answer.status}`);
    } catch (fault) {
      this.fault(`${kind}: ${(fault as Error).message}`);
    }
    return undefined;
  }

  private fault(what: string): void {
    this.faults.set(what, (this.faults.get(what) ?? 0) + 1);
  }
}
