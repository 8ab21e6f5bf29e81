/** As large as the report of a ten-minute call with its conversation. */
const REPORT_BYTES = 130_000;
const LINE =
  'I would like to move the cleaning to Thursday at a quarter past ten, and could you tell me the price of whitening?';
const TURN_MS = 4_000;

/**
 * A report as Vapi sends it: the conversation several times over is what makes it large. It is written once: the load
 * generator shares the machine with what it loads, and making it anew costs as much as parsing it.
 */
export function endOfCallReport(callId: string, durationSeconds: number): Buffer {
  const endedAt = new Date();
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
  return Buffer.concat([Buffer.from(`${head},`), CONVERSATION]);
}

/** The rest of the message, without its opening brace. */
const CONVERSATION = Buffer.from(`${JSON.stringify(conversation()).slice('{'.length)}}`);

function conversation(): {
  transcript: string;
  messages: unknown[];
  artifact: { messages: unknown[]; transcript: string };
} {
  const messages: unknown[] = [];
  // Four copies of every line: message and transcript, once at the top and once in the artifact.
  for (let bytes = 0, turn = 0; bytes < REPORT_BYTES; turn++) {
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
