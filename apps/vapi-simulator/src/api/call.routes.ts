import { z } from 'zod';
import { assistantOverridesSchema } from '../calls/assistant-overrides.schema';
import type { CallBook } from '../calls/call-book';
import { callScriptSchema } from '../calls/call-script';
import { callRecord } from '../messages/wire-call';
import { type ApiRequest, type ApiRoute, badRequest, refusal } from './api-route';
import { timeWindow } from './time-window';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

/** Not Vapi's: a JSON call script, for whoever starts a call here and wants to say how its people behave. */
export const SCRIPT_HEADER = 'x-simulation-script';

const scriptSchema = z
  .string()
  .default('{}')
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue(`${SCRIPT_HEADER} is no JSON`);
      return z.NEVER;
    }
  })
  .pipe(callScriptSchema);

const newCallSchema = z.looseObject({
  assistantId: z.string().min(1),
  phoneNumberId: z.string().optional(),
  customer: z.looseObject({ number: z.string().optional() }).optional(),
  assistantOverrides: assistantOverridesSchema.optional(),
});

/** GET /call, GET /call/{id}, POST /call (outbound), POST /call/web (what the browser SDK posts). */
export function callRoutes(calls: CallBook): ApiRoute[] {
  return [
    { method: 'GET', path: /^\/call\/([^/]+)$/, answer: ({ id }) => found(calls, id) },
    { method: 'GET', path: /^\/call$/, answer: ({ query }) => list(calls, query) },
    { method: 'POST', path: /^\/call\/web$/, answer: (request) => place(calls, request, 'web') },
    { method: 'POST', path: /^\/call$/, answer: (request) => place(calls, request, 'outbound') },
  ];
}

function found(calls: CallBook, id: string) {
  const call = calls.get(id);
  return call ? { status: 200, body: callRecord(call) } : refusal(404, `Call with ID ${id} not found.`);
}

/** Newest first, no cursor and no status filter: as Vapi has it. */
function list(calls: CallBook, query: URLSearchParams) {
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT);
  if (!(limit >= 0 && limit <= MAX_LIMIT)) return refusal(400, [`limit must be between 0 and ${MAX_LIMIT}`]);
  const window = timeWindow(query);
  if ('invalid' in window)
    return refusal(
      400,
      window.invalid.map((name) => `${name} must be a date`),
    );

  const wanted = (name: string, value: string | undefined) => !query.has(name) || query.get(name) === value;
  const rows = calls
    .all()
    .filter((call) => wanted('id', call.id) && wanted('assistantId', call.assistant?.id))
    .filter((call) => wanted('phoneNumberId', call.phoneNumber?.id) && window.matches(call))
    .sort((a, b) => b.createdAtMs - a.createdAtMs);
  return { status: 200, body: rows.slice(0, limit).map(callRecord) };
}

function place(calls: CallBook, { body, headers }: ApiRequest, kind: 'outbound' | 'web') {
  const parsed = newCallSchema.safeParse(body);
  if (!parsed.success) return badRequest(parsed.error);
  const script = scriptSchema.safeParse(headers[SCRIPT_HEADER]);
  if (!script.success) return badRequest(script.error);
  const { assistantId, phoneNumberId, customer, assistantOverrides } = parsed.data;
  if (kind === 'web')
    return { status: 201, body: callRecord(calls.web({ ...script.data, assistantId, assistantOverrides })) };

  if (!phoneNumberId || !calls.knowsNumber(phoneNumberId)) return refusal(400, ['phoneNumberId: no such phone number']);
  if (!customer?.number) return refusal(400, ['customer.number: required for an outbound call']);
  const callee = { ...script.data, customerNumber: customer.number };
  const call = calls.outbound({ ...callee, assistantId, phoneNumberId, assistantOverrides });
  const subscriptionLimits = { concurrencyBlocked: false, concurrencyLimit: 10, remainingConcurrentCalls: 9 };
  return { status: 201, body: { ...callRecord(call), subscriptionLimits } };
}
