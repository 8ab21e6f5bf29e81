import { readCallFacts } from './call-facts.reader';
import type { EndedCall, GoneCall, KnownCall, Unreachable } from '../application/call-lookup.port';
import { judgeDuration } from './duration-verdict';
import { readInstant } from './instant.reader';
import { asRecord, fieldOf, type JsonRecord } from './json-field.reader';
import { toBoundedText } from './storable-text';
import { readUsdCost } from './usd-cost.reader';

const BEFORE_ANSWER: ReadonlySet<unknown> = new Set(['scheduled', 'queued', 'ringing']);
const ANSWERED: ReadonlySet<unknown> = new Set(['in-progress', 'forwarding']);
const MAX_REASON_LENGTH = 255;

/**
 * What a record of GET /call says. Unlike the snapshot inside a webhook its `status` is current. A record that makes no sense is
 * `unreachable`: not knowing must keep the money where it is.
 */
export function translateCallRecord(record: unknown): KnownCall | GoneCall | Unreachable {
  const fields = asRecord(record);
  const call = fields && readCallFacts({ call: fields });
  if (fields === undefined || call === undefined) return { outcome: 'unreachable', detail: 'not a call record' };
  const status = fieldOf(fields, 'status');
  const startedAt = readInstant(fieldOf(fields, 'startedAt'));
  // Users report calls that stay in-progress after hanging up: an end is an end.
  if (status === 'ended' || fieldOf(fields, 'endedAt') !== undefined) return finished(fields, call, startedAt);
  if (status === 'not-found') return { outcome: 'gone' };
  if (ANSWERED.has(status)) return { outcome: 'live', answered: true, startedAt, call };
  if (BEFORE_ANSWER.has(status)) return { outcome: 'live', answered: startedAt !== undefined, startedAt, call };
  return { outcome: 'unreachable', detail: 'the call record has no known status' };
}

function finished(fields: JsonRecord, call: EndedCall['call'], startedAt: Date | undefined): KnownCall {
  const reason = fieldOf(fields, 'endedReason');
  const facts = {
    call,
    endedAt: readInstant(fieldOf(fields, 'endedAt')),
    endedReason: typeof reason === 'string' ? toBoundedText(reason, MAX_REASON_LENGTH) : undefined,
    costUsd: readUsdCost(fieldOf(fields, 'cost')),
    updatedAt: readInstant(fieldOf(fields, 'updatedAt')),
  };
  const duration = judgeDuration([fields]);
  if (isWithoutTime(fields) && !hasPlatformMinutes(fields)) return { outcome: 'never-connected', ...facts };
  return { outcome: 'ended', duration, startedAt, ...facts };
}

function isWithoutTime(fields: JsonRecord): boolean {
  return fieldOf(fields, 'startedAt') === undefined && fieldOf(fields, 'durationSeconds') === undefined;
}

/**
 * Vapi charges its own platform minutes only for calls that ran; a transport fee alone is what an unanswered call may cost. With
 * minutes but without a start something is lost, and an operator has to look.
 */
function hasPlatformMinutes(fields: JsonRecord): boolean {
  const costs = fieldOf(fields, 'costs');
  if (!Array.isArray(costs)) return false;
  return costs.some((item) => fieldOf(item, 'type') === 'vapi' && Number(fieldOf(item, 'minutes') ?? 0) > 0);
}
