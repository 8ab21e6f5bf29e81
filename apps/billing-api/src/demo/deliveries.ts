import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Player } from './cast';

const RECORDINGS = join('test', 'fixtures', 'vapi');

type Json = Readonly<Record<string, unknown>>;

/** A webhook delivery as Vapi sends it. */
export interface Delivery {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly message: Json };
}

/** @param number the two digits that the recording's name begins with */
export function recorded(number: string): Delivery {
  const folder = join(projectFolder(), RECORDINGS);
  const name = readdirSync(folder).find((file) => file.startsWith(number) && file.endsWith('.json'));
  if (name === undefined) throw new Error(`there is no recorded delivery ${number} in ${RECORDINGS}`);
  const { headers, body } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Delivery;
  return { headers, body };
}

/** The same delivery about another call of another tenant. Numbers, assistants and overrides that it names go too. */
export function about(delivery: Delivery, callId: string, player: Player, controlUrl?: string): Delivery {
  const { phoneNumber: _, assistant: __, ...message } = delivery.body.message;
  const { assistantOverrides: ___, ...call } = message.call as Json;
  const { phoneNumberId, assistantId } = player;
  const changed = { ...call, id: callId, phoneNumberId, assistantId, ...(controlUrl && { monitor: { controlUrl } }) };
  return { ...delivery, body: { message: { ...message, call: changed } } };
}

/** The same report of a call that lasted so long and ended now. */
export function lasting(delivery: Delivery, seconds: number, endedAt: Date): Delivery {
  const message = {
    ...delivery.body.message,
    durationSeconds: seconds,
    durationMs: seconds * 1_000,
    durationMinutes: Number((seconds / 60).toFixed(4)),
    startedAt: new Date(endedAt.getTime() - seconds * 1_000).toISOString(),
    endedAt: endedAt.toISOString(),
  };
  return { ...delivery, body: { message } };
}

/** What GET /call/{id} would answer about the call of this report. */
export function recordOf({ body: { message } }: Delivery): Json {
  const { call, startedAt, endedAt, endedReason, cost, costs } = message;
  return { ...(call as Json), status: 'ended', startedAt, endedAt, endedReason, cost, costs };
}

/** From source and from dist alike. */
function projectFolder(): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, RECORDINGS))) return folder;
    if (folder === dirname(folder)) throw new Error(`${RECORDINGS} is missing: the demo runs in a checkout`);
  }
}
