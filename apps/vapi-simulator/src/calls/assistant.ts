import type { WebhookServer } from './webhook-server.schema';

/** What Vapi sends when an assistant names no list. `assistant-request` is not in it: that depends on the number. */
export const DEFAULT_SERVER_MESSAGES: readonly string[] = [
  'conversation-update',
  'end-of-call-report',
  'function-call',
  'hang',
  'speech-update',
  'status-update',
  'tool-calls',
  'transfer-destination-request',
  'handoff-destination-request',
  'user-interrupted',
  'assistant.started',
];

export interface Assistant {
  id: string;
  name: string;
  prompt: string;
  maxDurationSeconds?: number;
  server?: WebhookServer;
  serverMessages?: string[];
}

const ROLE = 'You are Riley, a friendly assistant on the phone. Be brief, confirm every date, never invent a price. ';

/** Real prompts run to kilobytes, and one sits several times in every report: this is what makes reports large. */
const PROMPT_CHARACTERS = 6_000;

export function assistantWithId(id: string, settings: Partial<Assistant> = {}): Assistant {
  const prompt = ROLE.repeat(Math.ceil(PROMPT_CHARACTERS / ROLE.length)).slice(0, PROMPT_CHARACTERS);
  return { name: 'Riley', prompt, ...settings, id };
}
