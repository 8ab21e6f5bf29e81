import { MISHAP_CREATES, MISHAP_STATUS, type PurchaseMishap } from '../phone-numbers/purchase-mishap';
import type { PhoneNumber } from '../phone-numbers/phone-number';
import type { PhoneNumberRegistry } from '../phone-numbers/phone-number-registry';
import { changedPhoneNumberSchema, newPhoneNumberSchema } from '../phone-numbers/phone-number.schema';
import { type ApiAnswer, type ApiRoute, badRequest, refusal } from './api-route';

const ONE = /^\/phone-number\/([^/]+)$/;
const ALL = /^\/phone-number$/;
const MAX_LIMIT = 1_000;

/** `mishaps`: one is used up by each POST, in order. */
export function phoneNumberRoutes(numbers: PhoneNumberRegistry, mishaps: PurchaseMishap[]): ApiRoute[] {
  return [
    { method: 'POST', path: ALL, answer: ({ body }) => create(numbers, mishaps, body) },
    { method: 'GET', path: ALL, answer: ({ query }) => list(numbers, query) },
    { method: 'GET', path: ONE, answer: ({ id }) => found(id, numbers.get(id)) },
    { method: 'PATCH', path: ONE, answer: ({ id, body }) => change(numbers, id, body) },
    { method: 'DELETE', path: ONE, answer: ({ id }) => found(id, numbers.delete(id)) },
  ];
}

function create(numbers: PhoneNumberRegistry, mishaps: PurchaseMishap[], body: unknown): ApiAnswer {
  const parsed = newPhoneNumberSchema.safeParse(body);
  if (!parsed.success) return badRequest(parsed.error);
  const mishap = mishaps.shift();
  if (!mishap) return { status: 201, body: numbers.create(parsed.data) };
  if (MISHAP_CREATES[mishap]) numbers.create(parsed.data);
  const status = MISHAP_STATUS[mishap];
  return status === 'no answer' ? 'hang' : refusal(status, `phone number: ${mishap}`);
}

function list(numbers: PhoneNumberRegistry, query: URLSearchParams): ApiAnswer {
  const limit = Number(query.get('limit') ?? 100);
  if (!(limit >= 0 && limit <= MAX_LIMIT)) return refusal(400, [`limit must be between 0 and ${MAX_LIMIT}`]);
  return { status: 200, body: numbers.list(limit) };
}

function change(numbers: PhoneNumberRegistry, id: string, body: unknown): ApiAnswer {
  const parsed = changedPhoneNumberSchema.safeParse(body);
  if (!parsed.success) return badRequest(parsed.error);
  return found(id, numbers.change(id, parsed.data));
}

function found(id: string, number: PhoneNumber | undefined): ApiAnswer {
  return number ? { status: 200, body: number } : refusal(404, `Phone Number with ID ${id} not found.`);
}
