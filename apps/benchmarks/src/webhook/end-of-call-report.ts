/** As large as the report of a ten-minute call with its conversation. */
const REPORT_BYTES = 130_000;
const LINE =
  'I would like to move the cleaning to Thursday at a quarter past ten, and could you tell me the price of whitening?';
const TURN_MS = 4_000;

/** A report as Vapi sends it: the conversation several times over is what makes it large. */
export function endOfCallReport(
  callId: string,
  durationSeconds: number,
  endedAt = new Date(),
  bytes = REPORT_BYTES,
): Buffer {
  const startedAt = new Date(endedAt.getTime() - durationSeconds * 1_000);
  const report = {
    message: {
      type: 'end-of-call-report',
      timestamp: endedAt.getTime(),
      startedAt: startedAt.toISOString(),
      endedAt: endedAt.toISOString(),
      endedReason: 'customer-ended-call',
      durationSeconds,
      cost: 0.1234,
      call: { id: callId, orgId: '11111111-2222-4333-8444-555555555555', type: 'inboundPhoneCall', status: 'ended' },
    },
  };
  const head = JSON.stringify(report).slice(0, -'}}'.length);
  return Buffer.concat([Buffer.from(`${head},`), restOfMessage(bytes)]);
}

const WRITTEN = new Map<number, Buffer>();

/** Written once per size: the load generator shares the machine with what it loads, and writing costs as much as parsing. */
function restOfMessage(size: number): Buffer {
  const written = WRITTEN.get(size) ?? Buffer.from(`${JSON.stringify(conversation(size)).slice('{'.length)}}`);
  WRITTEN.set(size, written);
  return written;
}

function conversation(size: number): {
  transcript: string;
  messages: unknown[];
  artifact: { messages: unknown[]; transcript: string };
} {
  const messages: unknown[] = [];
  // Four copies of every line: message and transcript, once at the top and once in the artifact.
  for (let bytes = 0, turn = 0; bytes < size; turn++) {
    const message = {
      role: turn % 2 ? 'user' : 'bot',
      message: LINE,
      time: turn * TURN_MS,
      secondsFromStart: (turn * TURN_MS) / 1_000,
    };
    messages.push(message);
    bytes += 2 * (JSON.stringify(message).length + LINE.length);
  }
  const transcript = messages.map(() => LINE).join('\n');
  return { transcript, messages, artifact: { messages, transcript } };
}
