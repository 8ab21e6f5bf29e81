import type { DeliveryRecord } from '../delivery/delivery-log';
import { roundTripAllowance } from './round-trip-allowance';

const answered = (latencyMs: number, more: Partial<DeliveryRecord> = {}): DeliveryRecord => ({
  callId: 'c',
  name: 'status-update:in-progress',
  result: 'accepted',
  sentAtMs: 0,
  atMs: 0,
  latencyMs,
  wrongSecret: false,
  slow: false,
  bytes: 1,
  ...more,
});

describe('what a control round trip may cost', () => {
  it.each([
    [
      '2 s of talk, one look of the timer, and twice as long as the slowest webhook waited',
      60,
      [3, 40],
      2_000 + 330 * 60,
    ],
    ['more on a slower machine', 60, [3, 120, 90], 2_000 + 490 * 60],
    ['half a second of real time at most', 60, [3, 4_000], 2_000 + 500 * 60],
    ['little more than the talk at the speed of life', 1, [40], 2_000 + 330],
  ])('is %s', (_, speed, latencies, talkMs) => {
    expect(
      roundTripAllowance(
        latencies.map((ms) => answered(ms)),
        speed,
      ).talkMs,
    ).toBe(talkMs);
  });

  it('does not grow by what the simulator made slow, nor by the gate, which has a deadline of its own', () => {
    const records = [answered(400, { slow: true }), answered(400, { name: 'assistant-request' }), answered(20)];
    expect(roundTripAllowance(records, 60)).toMatchObject({ realMs: 290, slowestAnswerMs: 20 });
  });

  it('says when the machine was too slow to be a measure', () => {
    expect(roundTripAllowance([answered(125)], 60).machineTooSlow).toBe(false);
    expect(roundTripAllowance([answered(126)], 60).machineTooSlow).toBe(true);
  });

  it('is exactly what the command line says, where it says anything', () => {
    expect(roundTripAllowance([answered(400)], 60, 5)).toMatchObject({ talkMs: 5_000, machineTooSlow: false });
  });
});
