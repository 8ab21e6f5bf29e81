import type { SimulatedCall } from '../calls/simulated-call';
import type { SeededRandom } from '../chance/seeded-random';

export interface SpokenTurn {
  role: 'system' | 'bot' | 'user';
  message: string;
  time: number;
  secondsFromStart: number;
  endTime?: number;
  duration?: number;
  source?: string;
}

/** Talk is about 15 characters a second, pauses included. */
const CHARACTERS_PER_SECOND = 15;

const BOT_LINES = [
  'Of course. I have Thursday at ten fifteen or Friday at two. Which one suits you?',
  'Whitening starts at two hundred and forty dollars. Most plans treat it as cosmetic, so it is usually not covered.',
  'You are booked for Thursday at ten fifteen. Is there anything else I can do for you?',
  'Let me check that for you, one moment please. Yes, that works on our side.',
];
const USER_LINES = [
  'Hi, I need to move my cleaning from Tuesday to later that week.',
  'What does whitening cost these days, and does my plan cover it?',
  'Thursday at ten fifteen, please.',
  'Could you repeat that? The line is not very good today.',
];

/** A plausible talk that fills the call's true length, so that a report is as large as a real one. */
export function conversationOf(call: SimulatedCall, random: SeededRandom): SpokenTurn[] {
  const startMs = call.startedAtMs ?? call.createdAtMs;
  const system = { role: 'system', message: call.assistant?.prompt ?? '', time: startMs, secondsFromStart: 0 } as const;
  const turns: SpokenTurn[] = [system];
  for (let atMs = 1_000, bot = true; atMs < call.talkedMs; bot = !bot) {
    const message = random.pick(bot ? BOT_LINES : USER_LINES);
    const duration = Math.round((message.length / CHARACTERS_PER_SECOND) * 1000);
    turns.push({
      role: bot ? 'bot' : 'user',
      message,
      time: startMs + atMs,
      endTime: startMs + atMs + duration,
      secondsFromStart: atMs / 1000,
      duration,
      ...(bot && { source: '' }),
    });
    atMs += duration + random.whole(200, 900);
  }
  return turns;
}

export function transcriptOf(turns: readonly SpokenTurn[]): string {
  return turns
    .filter(({ role }) => role !== 'system')
    .map(({ role, message }) => `${role === 'bot' ? 'AI' : 'User'}: ${message}\n`)
    .join('');
}

export function openAiFormat(turns: readonly SpokenTurn[]): { role: string; content: string }[] {
  return turns.map(({ role, message }) => ({ role: role === 'bot' ? 'assistant' : role, content: message }));
}
