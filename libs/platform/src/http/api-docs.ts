import { applyDecorators } from '@nestjs/common';
import type { RefusalCode } from '@holdfast/kernel';
import { ApiHeader, ApiProperty, ApiResponse, ApiSecurity, type OpenAPIObject } from '@nestjs/swagger';
import { titleOf } from './problem-status';

class FieldProblem {
  @ApiProperty({ example: 'costPence', description: 'empty: the request as a whole' }) path: string;
  @ApiProperty({ example: 'Too small: expected number to be >=1' }) message: string;
}

/** RFC 9457 problem document, with the facts that some codes add. */
export class Problem {
  @ApiProperty({ example: 'urn:holdfast:problem:insufficient_balance' }) type: string;
  @ApiProperty({ example: 'Payment Required' }) title: string;
  @ApiProperty({ example: 402 }) status: number;
  @ApiProperty({ example: 'The wallet cannot pay for this.' }) detail: string;
  @ApiProperty({ example: '/api/billing/deduct-asset' }) instance: string;
  @ApiProperty({ example: 'insufficient_balance', description: 'Stable: branch on this.' }) code: string;
  @ApiProperty({ example: '0198c0de-7a11-7000-8000-000000000000', description: 'Quote it when asking for help.' })
  requestId: string;
  @ApiProperty({ required: false, type: [FieldProblem], description: 'of invalid_request' }) errors?: FieldProblem[];
  @ApiProperty({ required: false, description: 'of insufficient_balance, as the next three; of debt_limit_in_use' })
  balancePence?: number;
  @ApiProperty({ required: false }) effectiveBalancePence?: number;
  @ApiProperty({ required: false }) requiredPence?: number;
  @ApiProperty({ required: false }) shortfallPence?: number;
  @ApiProperty({ required: false, description: 'of provider_failed and provider_rejected: the charge was given back' })
  refunded?: boolean;
  @ApiProperty({ required: false, example: 'number_taken', description: 'why, of the same two' }) reason?: string;
  @ApiProperty({
    required: false,
    format: 'uuid',
    description: 'the purchase; with the next three when it was refunded',
  })
  id?: string;
  @ApiProperty({ required: false }) costPence?: number;
  @ApiProperty({ required: false, format: 'uuid', description: 'the charge' }) transactionId?: string;
  @ApiProperty({ required: false, format: 'uuid', description: 'what gave it back' }) refundTransactionId?: string;
  @ApiProperty({ required: false, description: 'of no_active_reservation' }) fallbackToDirectBilling?: boolean;
}

/** Per status: what it means here, and the code and detail of an example. */
const MEANING: Readonly<Record<number, readonly [meaning: string, code: RefusalCode, detail: string, facts?: object]>> =
  {
    400: [
      'invalid_request (with errors), idempotency_key_required or amount_out_of_range',
      'invalid_request',
      'costPence: Too small: expected number to be >=1',
      { errors: [{ path: 'costPence', message: 'Too small: expected number to be >=1' }] },
    ],
    401: [
      'unauthenticated: no key, or one that is not valid',
      'unauthenticated',
      'Send Authorization: Bearer <key> with a valid key.',
    ],
    402: [
      'insufficient_balance, with balancePence, effectiveBalancePence, requiredPence, shortfallPence',
      'insufficient_balance',
      'The wallet cannot pay for this.',
      { balancePence: 900, effectiveBalancePence: 620, requiredPence: 1_000, shortfallPence: 380 },
    ],
    403: ['forbidden: this key may not do that', 'forbidden', 'This route is for operators.'],
    404: [
      'not found; an id of another tenant answers like one that does not exist',
      'organization_not_found',
      'There is no such organization.',
    ],
    409: ['conflict with what is there', 'call_id_conflict', 'This call id is in use.'],
    413: ['payload_too_large', 'payload_too_large', 'The body is larger than this route accepts.'],
    415: ['unsupported_media_type', 'unsupported_media_type', 'Send application/json.'],
    422: [
      'idempotency_key_reused or provider_rejected',
      'idempotency_key_reused',
      'This Idempotency-Key was used for a different request.',
    ],
    429: ['rate_limited, with Retry-After', 'rate_limited', 'Too many requests.'],
    502: [
      'provider_failed',
      'provider_failed',
      'The provider did not deliver; the price was given back.',
      { refunded: true },
    ],
    503: [
      'overloaded, database_unavailable or outcome_unknown (repeat the same request), with Retry-After',
      'database_unavailable',
      'The database cannot be reached. Nothing was changed.',
    ],
  };

/** Documents the refusals of a route, besides those every route has. */
export function Problems(...statuses: number[]): MethodDecorator & ClassDecorator {
  const all = [...new Set([400, 401, 403, 429, 503, ...statuses])].sort((a, b) => a - b);
  return applyDecorators(...all.map((status) => ApiResponse({ status, ...problemResponse(status) })));
}

/** What every body may be refused for before its route has seen it: said here, once for all that take one. */
export function withBodyProblems(document: OpenAPIObject): OpenAPIObject {
  for (const { post, put, patch } of Object.values(document.paths)) {
    for (const operation of [post, put, patch]) {
      if (operation?.requestBody === undefined) continue;
      for (const status of [413, 415]) operation.responses[status] ??= problemResponse(status);
    }
  }
  return document;
}

function problemResponse(status: number) {
  const [description, code, detail, facts] = MEANING[status] ?? ['', 'internal_error', ''];
  const example = {
    type: `urn:holdfast:problem:${code}`,
    title: titleOf(status),
    status,
    detail,
    instance: '/api/…',
    code,
    requestId: '6f2b1c9e-3d4a-4e5f-8a7b-0c1d2e3f4a5b',
    ...facts,
  };
  const schema = { $ref: '#/components/schemas/Problem' };
  return { description, content: { 'application/problem+json': { schema, example } } };
}

/** The example differs from route to route: one key for two requests is refused, also at /docs. */
export const ApiIdempotencyKey = (example: string): MethodDecorator =>
  ApiHeader({
    name: 'Idempotency-Key',
    required: true,
    description: '1 to 255 printable characters. The same key with the same request gives the first answer again.',
    schema: { type: 'string', example },
  });

/** Routes of one organisation: its own key, or the operator's with X-Org-Id. */
export const ApiTenant = (): MethodDecorator & ClassDecorator =>
  applyDecorators(
    ApiSecurity('key'),
    ApiHeader({
      name: 'X-Org-Id',
      required: false,
      description: 'Operators name the organization they act for. Organizations leave it out.',
      schema: { type: 'string', format: 'uuid' },
    }),
  );

export const ApiOperator = (): MethodDecorator & ClassDecorator => applyDecorators(ApiSecurity('key'));
