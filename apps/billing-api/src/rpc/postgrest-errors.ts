import type { FastifyInstance, FastifyReply } from 'fastify';
import { RPC_PATH } from './rpc-path';

interface ProblemDocument {
  readonly detail: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  readonly hint?: string;
}

/**
 * supabase-js hands the body of a failed request to its caller as `error`, and everybody reads `error.message`. So the
 * problem documents of these routes also carry what PostgREST would say: `message`, `details`, `hint` beside `code`.
 * Must be called before the routes are made.
 */
export function alsoSpeakPostgrest(server: FastifyInstance): void {
  server.addHook('onRoute', (route) => {
    if (!route.url.startsWith(`/${RPC_PATH}/`)) return;
    route.preSerialization = (_request, reply, payload, done) => done(null, withPostgrestFields(reply, payload));
  });
}

function withPostgrestFields(reply: FastifyReply, payload: unknown): unknown {
  if (reply.statusCode < 400) return payload;
  const problem = payload as ProblemDocument;
  const details = problem.errors?.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; ');
  return { ...problem, message: problem.detail, details: details ?? null, hint: problem.hint ?? null };
}
