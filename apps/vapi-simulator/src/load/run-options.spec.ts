import { UsageError } from './flag-values';
import { readRunOptions } from './run-options';

const read = (line: string, env: NodeJS.ProcessEnv = {}) =>
  readRunOptions(line.split(' ').filter(Boolean), env, 'fresh');

describe('the command line of a run', () => {
  it('needs nothing: it starts an engine of its own, 60 times faster than life', () => {
    const options = read('');
    expect(options).toMatchObject({ speed: 60, concurrency: 20, settleSeconds: 100 });
    expect(options?.roundTripSeconds).toBeUndefined();
    expect(read('--round-trip-seconds 5')?.roundTripSeconds).toBe(5);
    expect(options?.engine).toMatchObject({ kind: 'spawn', killAt: [] });
  });

  it('reads faults, kinds, kills and settings of the engine', () => {
    const options = read(
      '--lost 5 --duplicated 2.5 --kinds web=1 --kill-engine-at 0.6,0.3 --engine-env A=b=c --engine-env CALL_SLICE_SECONDS=30',
    );
    expect(options?.faults).toEqual({ lostPercent: 5, duplicatedPercent: 2.5 });
    expect(options?.plan.kinds).toEqual({ inboundPhoneCall: 0, outboundPhoneCall: 0, webCall: 1 });
    expect(options?.engine).toMatchObject({ killAt: [0.3, 0.6], env: { A: 'b=c', CALL_SLICE_SECONDS: '30' } });
  });

  it('takes keys of a running engine from the environment, at life speed', () => {
    const env = { ADMIN_API_KEY: 'admin', VAPI_WEBHOOK_SECRET: 'secret' };
    expect(read('--engine http://127.0.0.1:3000', env)).toMatchObject({
      speed: 1,
      adminKey: 'admin',
      webhookSecret: 'secret',
      engine: { kind: 'url', url: 'http://127.0.0.1:3000' },
    });
  });

  it('reserves outbound and web calls first where nothing else could cap them, unless told otherwise', () => {
    expect(read('')).toMatchObject({ reserveFirst: false, compareFaults: false });
    expect(read('--policy strict --compare-faults')).toMatchObject({ reserveFirst: true, compareFaults: true });
    expect(read('--policy strict --no-reserve-first')).toMatchObject({ reserveFirst: false });
    expect(read('--reserve-first')).toMatchObject({ reserveFirst: true });
  });

  it('gives only help when asked for it', () => {
    expect(read('--help')).toBeUndefined();
  });

  it.each([
    '--calls 0',
    '--calls 1.5',
    '--lost 101',
    '--duration soon',
    '--policy loose',
    '--kinds fax=1',
    '--no-such-flag',
    '--engine somewhere',
    '--engine http://127.0.0.1:3000',
    '--engine http://127.0.0.1:3000 --kill-engine-at 0.5 --admin-key a --webhook-secret b',
    '--engine-env nonsense',
  ])('refuses %s in one sentence', (line) => {
    expect(() => read(line)).toThrow(UsageError);
  });
});
