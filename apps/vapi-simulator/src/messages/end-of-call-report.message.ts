import type { SimulatedCall } from '../calls/simulated-call';
import type { SeededRandom } from '../chance/seeded-random';
import type { OutgoingMessage } from '../delivery/courier';
import { isoTime } from '../time/simulated-clock';
import { conversationOf, openAiFormat, transcriptOf } from './conversation';
import { envelope } from './envelope';
import { presignedUrls, recordingsOf } from './recordings';
import type { WireObject } from './wire-call';

const SUMMARY = 'The caller moved a cleaning to Thursday 10:15 and asked for the price of whitening.';

/**
 * The report as captured on the wire: durations in three units, the text five times over, `call` a stale snapshot.
 * `inflation` above 1 plays Vapi's days of inflated durations: the stated duration grows, the two times stay true.
 */
export function endOfCallReport(
  call: SimulatedCall,
  nowMs: number,
  random: SeededRandom,
  inflation = 1,
): OutgoingMessage {
  const messages = conversationOf(call, random);
  const transcript = transcriptOf(messages);
  const recordings = recordingsOf(call, random);
  const recording = { recordingUrl: recordings.monoUrl, stereoRecordingUrl: recordings.stereoUrl };
  const body = () =>
    JSON.stringify(
      envelope(call, 'end-of-call-report', nowMs, {
        analysis: { summary: SUMMARY, successEvaluation: 'true' },
        artifact: {
          messages,
          messagesOpenAIFormatted: openAiFormat(messages),
          transcript,
          ...recording,
          ...presignedUrls(recordings, nowMs),
          variableValues: call.overrides.variableValues ?? {},
          performanceMetrics: { turnLatencyAverage: 1810, numUserInterrupted: 0, numAssistantInterrupted: 0 },
        },
        ...times(call, inflation),
        ...call.bill,
        summary: SUMMARY,
        transcript,
        messages,
        ...recording,
        assistantVersion: null,
      }),
    );
  return { name: 'end-of-call-report', body };
}

function times(call: SimulatedCall, inflation: number): WireObject {
  const durationMs = Math.round(call.talkedMs * inflation);
  return {
    startedAt: isoTime(call.startedAtMs ?? call.createdAtMs),
    endedAt: isoTime(call.endedAtMs ?? call.updatedAtMs),
    endedReason: call.endedReason,
    durationMs,
    durationSeconds: durationMs / 1000,
    durationMinutes: Number((durationMs / 60_000).toFixed(4)),
  };
}
