import { z } from 'zod';
import { type AssistantOverrides, assistantOverridesSchema } from './assistant-overrides.schema';

export type GateVerdict =
  | { kind: 'accepted'; assistantId: string; overrides: AssistantOverrides }
  | { kind: 'refused'; endedReason: string; spoken: string }
  | { kind: 'failed'; endedReason: string; detail: string };

export interface GateReply {
  status: number;
  text: string;
}

const answerSchema = z.looseObject({
  error: z.unknown().optional(),
  destination: z.unknown().optional(),
  assistantId: z.string().min(1).nullish(),
  assistant: z.looseObject({ id: z.string().optional() }).nullish(),
  assistantOverrides: z.unknown().optional(),
});

const failed = (endedReason: string, detail: string): GateVerdict => ({ kind: 'failed', endedReason, detail });

/** What Vapi makes of the answer to an assistant-request, in Vapi's order of precedence: an error beats all else. */
export function judgeGateAnswer(reply: GateReply | undefined): GateVerdict {
  if (!reply) return failed('assistant-request-failed', 'no answer');
  if (reply.status < 200 || reply.status > 299) return failed('assistant-request-failed', `HTTP ${reply.status}`);

  const answer = answerSchema.safeParse(jsonOrUndefined(reply.text));
  if (!answer.success) return failed('assistant-request-returned-no-assistant', reply.text.slice(0, 200));

  const { error, destination, assistantId, assistant, assistantOverrides } = answer.data;
  if (typeof error === 'string' && error.trim())
    return { kind: 'refused', endedReason: 'assistant-request-returned-error', spoken: error };
  if (error != null) return failed('assistant-request-returned-unspeakable-error', JSON.stringify(error));
  if (destination != null)
    return failed('assistant-request-returned-forwarding-phone-number', JSON.stringify(destination));
  if (!assistantId && !assistant) return failed('assistant-request-returned-no-assistant', reply.text.slice(0, 200));

  const overrides = assistantOverridesSchema.safeParse(assistantOverrides ?? {});
  if (!overrides.success)
    return failed('assistant-request-returned-invalid-assistant', z.prettifyError(overrides.error));

  return { kind: 'accepted', assistantId: assistantId ?? assistant?.id ?? 'transient', overrides: overrides.data };
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
