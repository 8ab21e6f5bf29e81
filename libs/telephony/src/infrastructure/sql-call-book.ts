import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { addSeconds, type Refusal } from '@holdfast/kernel';
import { BulkReader, BulkWriter, Metrics, Settings } from '@holdfast/platform';
import { DataSource } from 'typeorm';
import { CallBook, type ClaimedCall, type Decided } from '../application/call-book.port';
import type { Call, CallEventKind, CallHappening, CallNews } from '../domain/call';
import {
  CALL_COLUMNS,
  CLAIM_DUE,
  DECIDED,
  eventColumns,
  FIND_CALLS,
  FORGET_STORIES,
  inOrderOfCalls,
  LEARN_OF_CALLS,
  newsColumns,
  TAKE_FROM_THE_DEAD,
  TELL,
  toCall,
  type CallRow,
} from './call.sql';

/** Events of one story that are shown: twelve hours of a check a minute, and more. */
const MAX_EVENTS = 5_000;

/** Nobody waits for what is told of a call, so it is gathered: a row of forty costs a third of a row of eight. */
const GATHER_MS = 20;
/** Rows of one statement. */
const GATHER_MOST = 500;

interface EventRow {
  call_id: string;
  org_id: string;
  at: Date;
  kind: CallEventKind;
  detail: Record<string, unknown> | null;
}

@Injectable()
export class SqlCallBook extends CallBook implements OnApplicationShutdown {
  private readonly log = new Logger('calls');
  private readonly news: BulkWriter<CallNews>;
  private readonly decisions: BulkWriter<Decided>;
  private readonly events: BulkWriter<CallHappening>;
  private readonly byId: BulkReader<CallRow>;

  constructor(
    private readonly database: DataSource,
    settings: Settings,
    metrics: Metrics,
  ) {
    super();
    const { databaseUrl } = settings;
    const keyOf = (row: { callId: string }): string => row.callId;
    const writer = { databaseUrl, metrics, lanes: 1, keyOf };
    this.byId = new BulkReader({
      name: 'call-reads',
      databaseUrl,
      statement: FIND_CALLS,
      keysOf: (call) => [call.call_id],
      metrics,
    });
    this.news = new BulkWriter({ ...writer, name: 'calls', statement: LEARN_OF_CALLS, toColumns: newsColumns });
    this.decisions = new BulkWriter({ ...writer, name: 'decisions', statement: DECIDED, toColumns: decidedColumns });
    this.events = new BulkWriter({
      ...writer,
      name: 'call-events',
      statement: TELL,
      toColumns: eventColumns,
      keyOf: () => String(this.told++), // events of one call may share a statement
    });
  }

  private told = 0;
  private readonly untold: CallHappening[] = [];
  private gathering: NodeJS.Timeout | undefined;
  private telling: Promise<unknown> = Promise.resolve();

  async find(callId: string): Promise<Call | null> {
    const [row] = await this.byId.rowsOf(callId);
    return row ? toCall(row) : null;
  }

  async findByBillingCallId(billingCallId: string, orgId: string): Promise<Call | null> {
    const rows: CallRow[] = await this.database.query(
      `select ${CALL_COLUMNS} from calls c where c.billing_call_id = $1 and c.org_id = $2 order by c.created_at limit 1`,
      [billingCallId, orgId],
    );
    return rows[0] ? toCall(rows[0]) : null;
  }

  learn(news: CallNews): Promise<Refusal | undefined> {
    return this.news.write(news);
  }

  async claimDue(until: Date, leaseSeconds: number, limit: number): Promise<ClaimedCall[]> {
    const lease = addSeconds(until, leaseSeconds);
    const [rows]: [(CallRow & { due_at: Date })[], number] = await this.database.query(CLAIM_DUE, [
      until,
      lease,
      limit,
    ]);
    return rows.map((row) => ({ call: toCall(row), dueAt: row.due_at, lease }));
  }

  async takeFromTheDead(now: Date): Promise<void> {
    await this.database.query(TAKE_FROM_THE_DEAD, [now]);
  }

  async decided(decision: Decided): Promise<boolean> {
    const refused = await this.decisions.write(decision);
    if (refused) this.log.warn(`a decision about ${decision.callId} was not noted (${refused.code}); it is made again`);
    return !refused;
  }

  async lookNowAtLastSlices(orgId: string, now: Date): Promise<void> {
    await this.database.query(
      `update calls set next_decision_at = $2
       where org_id = $1 and state = 'live' and (last_slice or leased_until is not null) and next_decision_at > $2`,
      [orgId, now],
    );
  }

  async lookNowAtHeldAs(orgId: string, billingCallId: string, now: Date): Promise<void> {
    await this.database.query(
      `update calls set next_decision_at = $3
       where billing_call_id = $1 and org_id = $2 and state = 'live' and next_decision_at > $3`,
      [billingCallId, orgId, now],
    );
  }

  tell(happening: CallHappening): void {
    this.untold.push(happening);
    if (this.untold.length >= GATHER_MOST) void this.tellAll();
    else this.gathering ??= setTimeout(() => void this.tellAll(), GATHER_MS);
  }

  /** Resolves when everything that this engine was told of has been written down, or given up. */
  private tellAll(): Promise<unknown> {
    clearTimeout(this.gathering);
    this.gathering = undefined;
    const written = this.untold.splice(0).map((happening) => this.tellOf(happening));
    // Its value is let go: each would else be an element of the next one's, for ever.
    return (this.telling = Promise.all([this.telling, ...written]).then(() => undefined));
  }

  private async tellOf(happening: CallHappening): Promise<void> {
    try {
      const refused = await this.events.write(happening);
      if (refused) this.log.warn(`part of a call's story was lost: ${refused.code}`);
    } catch (fault) {
      this.log.warn(`part of a call's story was lost: ${(fault as Error).message}`);
    }
  }

  async story(callId: string, orgId: string): Promise<CallHappening[]> {
    await this.tellAll();
    const rows: EventRow[] = await this.database.query(
      'select call_id, org_id, at, kind, detail from call_events where call_id = $1 and org_id = $2 order by at, id limit $3',
      [callId, orgId, MAX_EVENTS],
    );
    return rows.map(({ call_id, org_id, at, kind, detail }) => ({
      callId: call_id,
      orgId: org_id,
      at,
      kind,
      detail: detail ?? {},
    }));
  }

  async forgetStoriesBefore(moment: Date, limit: number): Promise<number> {
    const [, removed]: [unknown, number] = await this.database.query(FORGET_STORIES, [moment, limit]);
    return removed;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.tellAll();
    await Promise.all([this.byId.close(), this.news.close(), this.decisions.close(), this.events.close()]);
  }
}

function decidedColumns(unordered: readonly Decided[]): unknown[][] {
  const decisions = inOrderOfCalls(unordered);
  return [
    decisions.map((d) => d.callId),
    decisions.map((d) => d.nextDecisionAt),
    decisions.map((d) => d.lastSlice ?? null),
    decisions.map((d) => d.warnedAtSeconds ?? null),
    decisions.map((d) => d.warnedAtSeconds === null),
    decisions.map((d) => d.cutAttempts ?? null),
    decisions.map((d) => d.lookups ?? null),
    decisions.map((d) => d.lease),
    decisions.map((d) => (d.staysInHand ? d.nextDecisionAt : null)),
  ];
}
