import type { SimulatedCall } from '../calls/simulated-call';
import type { WireObject } from './wire-call';

/** Vapi's own price to the reseller: US dollars per minute, prorated and never rounded up to minutes. */
const PLATFORM_USD_PER_MINUTE = 0.05;
const TRANSCRIBER_USD_PER_MINUTE = 0.0113;
const VOICE_USD_PER_MINUTE = 0.0068;
/** The pipeline starts before the call does, so the transcriber's minutes exceed the call's. */
const TRANSCRIBER_HEAD_START_MINUTES = 0.0756;

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

/** `costs`, `costBreakdown`, `cost`: margin information for the reseller, never the basis of a tenant's price. */
export function vapiBill(call: SimulatedCall): WireObject {
  const minutes = rounded(call.talkedMs / 60_000, 4);
  const transcriberMinutes = minutes + TRANSCRIBER_HEAD_START_MINUTES;
  const stt = rounded(transcriberMinutes * TRANSCRIBER_USD_PER_MINUTE, 8);
  const tts = rounded(minutes * VOICE_USD_PER_MINUTE, 8);
  const vapi = rounded(minutes * PLATFORM_USD_PER_MINUTE, 8);
  const llm = 0.0004017;
  const total = rounded(stt + tts + vapi + llm, 4);
  const openAi = { provider: 'openai', model: 'gpt-4o-mini' };
  return {
    costs: [
      { type: 'transport', provider: call.kind === 'webCall' ? 'daily' : 'twilio', minutes, cost: 0 },
      {
        type: 'transcriber',
        transcriber: { provider: 'deepgram', model: 'nova-3' },
        minutes: transcriberMinutes,
        cost: stt,
      },
      { type: 'model', model: openAi, promptTokens: 1834, completionTokens: 211, cachedPromptTokens: 0, cost: llm },
      { type: 'voice', voice: { provider: 'vapi', voiceId: 'Elliot' }, characters: 421, cost: tts },
      { type: 'vapi', subType: 'normal', minutes, cost: vapi },
    ],
    cost: total,
    costBreakdown: {
      transport: 0,
      stt: rounded(stt, 4),
      llm: rounded(llm, 4),
      tts: rounded(tts, 4),
      vapi: rounded(vapi, 4),
      total,
      llmPromptTokens: 1834,
      llmCompletionTokens: 211,
      ttsCharacters: 421,
      voicemailDetectionCost: 0,
      knowledgeBaseCost: 0,
    },
  };
}
