import { z } from 'zod';

/** What the control URL of a live call takes (ClientInboundMessage* of the SDK). Other types are a 400. */
export const controlCommandSchema = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('say'),
    content: z.string().default(''),
    endCallAfterSpoken: z.boolean().default(false),
    interruptAssistantEnabled: z.boolean().default(false),
  }),
  z.looseObject({ type: z.literal('end-call') }),
  z.looseObject({ type: z.literal('add-message') }),
  z.looseObject({ type: z.literal('control') }),
  z.looseObject({ type: z.literal('transfer') }),
  z.looseObject({ type: z.literal('send-transport-message') }),
]);

export type ControlCommand = z.infer<typeof controlCommandSchema>;
type Say = Extract<ControlCommand, { type: 'say' }>;

/** About 150 words a minute, and half a second until the voice starts. */
const WORDS_PER_SECOND = 2.5;
const VOICE_STARTS_AFTER_MS = 500;

export function speakingMs(say: Say): number {
  const words = say.content.split(/\s+/).filter(Boolean).length;
  return VOICE_STARTS_AFTER_MS + (words / WORDS_PER_SECOND) * 1000;
}
