import { Injectable } from '@nestjs/common';
import type { Refusal } from '@holdfast/kernel';
import { JournalReader, type JournalEntry } from '@holdfast/ledger';
import { ReservationReader, type ReservationState } from '@holdfast/reservation';
import type { CallHappening } from '../domain/call';
import { CallBook } from './call-book.port';
import { callNotFound } from './check-status';

/** More rows than any call has: a slice every five minutes for twelve hours is 144. */
const MAX_ENTRIES = 2_000;

export interface StoryEvent {
  readonly at: Date;
  readonly kind: string;
  readonly [detail: string]: unknown;
}

export interface CallStory {
  readonly callId: string;
  readonly orgId: string;
  readonly state: string;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly reservation: ReservationState | null;
  readonly events: readonly StoryEvent[];
  readonly transactions: readonly JournalEntry[];
}

/** Why was I cut, why was I charged this: everything that happened to one call, in order. */
@Injectable()
export class CallStories {
  constructor(
    private readonly calls: CallBook,
    private readonly reader: ReservationReader,
    private readonly journal: JournalReader,
  ) {}

  /** @param orgId null: of any organisation. Refusals: call_not_found. */
  async tell(callId: string, orgId: string | null): Promise<CallStory | Refusal> {
    const call = await this.calls.find(callId);
    const mine = call && (orgId === null || call.orgId === orgId) ? call : null;
    const reservation = await this.reader.find(mine?.billingCallId ?? callId, mine?.orgId ?? orgId);
    const owner = mine?.orgId ?? reservation?.orgId;
    if (owner === undefined) return callNotFound();
    const known = mine ?? (reservation?.vapiCallId ? await this.callOf(reservation.vapiCallId, owner) : null);
    const entries = await this.journal.entries(owner, {
      callId: reservation?.callId ?? callId,
      includeHolds: true,
      limit: MAX_ENTRIES,
    });
    const transactions = entries.reverse();
    const happenings = await this.calls.story(known?.callId ?? callId, owner);
    const booked = transactions.map((entry, i) => toEvent(entry, transactions.slice(0, i)));
    const isCollected = ({ kind }: StoryEvent): boolean => kind === 'arrears_collected';
    // Of what happened at one instant, debts come after the charge and before what was paid of them.
    const events = [
      ...booked.filter((event) => !isCollected(event)),
      ...leftOwing(reservation),
      ...booked.filter(isCollected),
      ...withoutEchoes(happenings).map(({ at, kind, detail }) => ({ ...detail, at, kind })),
    ].sort((a, b) => a.at.getTime() - b.at.getTime());
    return {
      callId: reservation?.callId ?? callId,
      orgId: owner,
      state: known?.state ?? stateOf(reservation),
      startedAt: known?.startedAt ?? null,
      endedAt: known?.endedAt ?? null,
      reservation,
      events,
      transactions,
    };
  }

  private async callOf(vapiCallId: string, orgId: string): ReturnType<CallBook['find']> {
    const call = await this.calls.find(vapiCallId);
    return call?.orgId === orgId ? call : null;
  }
}

/** Messages that came at once may each have told the same. */
function withoutEchoes(happenings: readonly CallHappening[]): CallHappening[] {
  const first = (kind: string): number => happenings.findIndex((happening) => happening.kind === kind);
  return happenings.filter(({ kind }, i) => (kind !== 'answered' && kind !== 'ended') || first(kind) === i);
}

/** No row of the journal says so: nothing moved. */
function leftOwing(reservation: ReservationState | null): StoryEvent[] {
  const { committedAt: at, uncollectedPence: amountPence } = reservation ?? {};
  if (!at || !amountPence) return [];
  return [
    { at, kind: 'arrears', amountPence, description: 'not paid by the wallet: owed, and taken from the next credit' },
  ];
}

/** Of a call that only its reservation tells about. */
function stateOf(reservation: ReservationState | null): string {
  if (reservation?.status === 'active') return 'live';
  return reservation?.status === 'expired' ? 'expired' : 'settled';
}

function toEvent(entry: JournalEntry, before: readonly JournalEntry[]): StoryEvent {
  const { createdAt: at, amountPence, id: transactionId, description } = entry;
  const detail = { amountPence, transactionId, description, by: entry.createdBy };
  switch (entry.type) {
    case 'reservation':
      return {
        at,
        kind: before.some((earlier) => earlier.type === 'reservation') ? 'extended' : 'reserved',
        ...detail,
      };
    case 'reservation_release':
      return { at, kind: 'released', ...detail };
    case 'call_deduction':
      return { at, kind: entry.arrearsId ? 'arrears_collected' : 'charged', ...detail };
    default:
      return { at, kind: entry.type, ...detail };
  }
}
