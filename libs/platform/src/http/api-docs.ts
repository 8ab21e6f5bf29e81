import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiProperty, ApiResponse, ApiSecurity } from '@nestjs/swagger';

/** RFC 9457 problem document. */
export class Problem {
  @ApiProperty({ example: 'urn:holdfast:problem:insufficient_balance' }) type: string;
  @ApiProperty({ example: 'Payment Required' }) title: string;
  @ApiProperty({ example: 402 }) status: number;
  @ApiProperty({ example: 'The wallet cannot pay for this.' }) detail: string;
  @ApiProperty({ example: '/api/billing/deduct-asset' }) instance: string;
  @ApiProperty({ example: 'insufficient_balance', description: 'Stable: branch on this.' }) code: string;
  @ApiProperty({ example: '0198c0de-7a11-7000-8000-000000000000', description: 'Quote it when asking for help.' })
  requestId: string;
}

const MEANING: Readonly<Record<number, string>> = {
  400: 'invalid_request (with errors), idempotency_key_required or amount_out_of_range',
  401: 'unauthenticated: no key, or one that is not valid',
  402: 'insufficient_balance, with balancePence, effectiveBalancePence, requiredPence, shortfallPence',
  403: 'forbidden: this key may not do that',
  404: 'not found; an id of another tenant answers like one that does not exist',
  409: 'conflict with what is there',
  413: 'payload_too_large',
  422: 'idempotency_key_reused or provider_rejected',
  429: 'rate_limited, with Retry-After',
  502: 'provider_failed',
  503: 'overloaded, database_unavailable or outcome_unknown (repeat the same request), with Retry-After',
};

/** Documents the refusals of a route, besides those every route has. */
export function Problems(...statuses: number[]): MethodDecorator & ClassDecorator {
  return applyDecorators(
    ...[...new Set([400, 401, 403, 429, 503, ...statuses])].sort().map((status) =>
      ApiResponse({
        status,
        description: MEANING[status] ?? '',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      }),
    ),
  );
}

export const ApiIdempotencyKey = (): MethodDecorator =>
  ApiHeader({
    name: 'Idempotency-Key',
    required: true,
    description: '1 to 255 printable characters. The same key with the same request gives the first answer again.',
    schema: { type: 'string', example: 'order-2026-000123' },
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
