import { VapiClient } from '@vapi-ai/server-sdk';
import { AnswerTooLarge, boundFetch, type Fetch } from './bounded-fetch';
import type { CallLookup, FinishedCall, FinishedCalls, Unreachable } from '../application/call-lookup.port';
import { translateCallRecord } from './call-record.translator';
import { describeFailure, statusOf } from './vapi-api.failure';
import { sweepWindow, TOO_MUCH, type Page, type Sweep } from './window-sweep';

/** Below the lease under which calls are asked about (LEASE_MS of EnforceCalls, 5 s); the SDK's own default is 60 s. */
export const LOOKUP_TIMEOUT_MS = 4_000;
/** A page of full records takes longer, and only reconciliation waits for it. */
export const SWEEP_TIMEOUT_MS = 30_000;
/** The SDK would repeat twice with pauses up to 60 s; here the caller's own timer asks again. */
const MAX_RETRIES = 0;
/** A record holds the whole conversation: 0.6 MB after an hour, 2.2 MB after four. 100 hour-long calls fit. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/** Vapi's own limit of GET /call. */
const MAX_PAGE = 1_000;

export interface CallLookupSettings {
  readonly apiKey: string;
  /** Undefined: Vapi's own. */
  readonly baseUrl?: string;
  /** For one GET /call/{id}, milliseconds; default 4 000. */
  readonly timeoutMs?: number;
  /** For one page of GET /call, milliseconds; default 30 000. */
  readonly sweepTimeoutMs?: number;
  /** Bytes of one answer; default 64 MiB. */
  readonly maxAnswerBytes?: number;
  readonly fetch?: Fetch;
}

/** Asks Vapi through its official SDK (GET /call and GET /call/{id}). Never rejects, never follows a redirect. */
export function createCallLookup(settings: CallLookupSettings): CallLookup {
  const single = clientOf(settings, settings.timeoutMs ?? LOOKUP_TIMEOUT_MS);
  const sweep = clientOf(settings, settings.sweepTimeoutMs ?? SWEEP_TIMEOUT_MS);
  return {
    find: async (callId) => {
      try {
        const found = translateCallRecord(await single.calls.get({ id: callId }));
        if ('call' in found && found.call.callId !== callId) return unreachable('another call was answered');
        return found;
      } catch (error) {
        return statusOf(error) === 404 ? { outcome: 'gone' } : unreachable(describeFailure(error));
      }
    },
    endedSince: async (since, now, limit) => {
      const pageSize = Math.min(Math.max(1, Math.floor(limit)), MAX_PAGE);
      try {
        const found = await sweepWindow(since, now, pageSize, pagesOf(sweep, pageSize));
        return found === undefined ? unreachable('the answer is no list of calls') : finishedOf(found);
      } catch (error) {
        return unreachable(describeFailure(error));
      }
    },
  };
}

function pagesOf(client: VapiClient, limit: number): Page {
  return async (from, before) => {
    try {
      return await client.calls.list({ limit, updatedAtGe: from.toISOString(), updatedAtLt: before?.toISOString() });
    } catch (error) {
      if (isTooLarge(error)) return TOO_MUCH;
      throw error;
    }
  };
}

function finishedOf({ records, readUntil }: Sweep): FinishedCalls {
  const calls = records
    .map((record) => translateCallRecord(record))
    .filter((call): call is FinishedCall => call.outcome === 'ended' || call.outcome === 'never-connected');
  return { outcome: 'listed', calls, readUntil };
}

function clientOf(settings: CallLookupSettings, timeoutMs: number): VapiClient {
  return new VapiClient({
    token: settings.apiKey,
    baseUrl: settings.baseUrl,
    maxRetries: MAX_RETRIES,
    timeoutInSeconds: timeoutMs / 1000,
    fetch: boundFetch(settings.fetch ?? globalThis.fetch, timeoutMs, settings.maxAnswerBytes ?? MAX_ANSWER_BYTES),
  });
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof AnswerTooLarge;
}

function unreachable(detail: string): Unreachable {
  return { outcome: 'unreachable', detail };
}
