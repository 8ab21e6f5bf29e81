import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';

export interface ApiRequest {
  /** What the path pattern captured. */
  id: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: unknown;
}

/** `hang`: take the request and never answer it. */
export type ApiAnswer = { status: number; body?: unknown } | 'hang';

export interface ApiRoute {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: RegExp;
  /** Control URLs take no API key, as with Vapi's default monitor plan. */
  open?: boolean;
  answer(request: ApiRequest): ApiAnswer;
}

const REASONS: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  413: 'Payload Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
};

/** The error shape of Vapi's API. */
export function refusal(statusCode: number, message: string | string[]): ApiAnswer {
  return { status: statusCode, body: { message, error: REASONS[statusCode], statusCode } };
}

export function badRequest(error: z.ZodError): ApiAnswer {
  const messages = error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
  return refusal(400, messages);
}
