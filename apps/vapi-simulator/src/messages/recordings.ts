import { randomBytes } from 'node:crypto';
import type { SimulatedCall } from '../calls/simulated-call';
import type { SeededRandom } from '../chance/seeded-random';
import { isoTime } from '../time/simulated-clock';
import type { WireObject } from './wire-call';

const SIGNED_FOR_SECONDS = 1_800;

/** Where the recordings lie: the same in every delivery of a report. */
export interface Recordings {
  monoUrl: string;
  stereoUrl: string;
}

export function recordingsOf(call: SimulatedCall, random: SeededRandom): Recordings {
  const url = (kind: string) => `https://storage.vapi.ai/${call.id}-${call.endedAtMs}-${random.uuid()}-${kind}.wav`;
  return { monoUrl: url('mono'), stereoUrl: url('stereo') };
}

/**
 * Signed anew for each delivery, which is why two deliveries of one report are never the same bytes. Truly random, not
 * seeded: a signature is no part of the plan.
 */
export function presignedUrls({ monoUrl, stereoUrl }: Recordings, nowMs: number): WireObject {
  const signed = (url: string) =>
    `${url}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=${SIGNED_FOR_SECONDS}` +
    `&X-Amz-Signature=${randomBytes(32).toString('hex')}`;
  return {
    presignedMonoUrl: signed(monoUrl),
    presignedStereoUrl: signed(stereoUrl),
    presignedUrlsExpiresAt: isoTime(nowMs + SIGNED_FOR_SECONDS * 1000),
  };
}
