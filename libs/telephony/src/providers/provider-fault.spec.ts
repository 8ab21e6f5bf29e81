import { TRUST_ABSENCE_AFTER_SECONDS } from '../application/number-provider.port';
import { DeadlineExceeded, LONGEST_BUY_MS, withinDeadline } from './provider-deadline';
import { isDefinite, judgeWrite, retryAfterSeconds, wasNeverSent } from './provider-fault';

const because = (cause: unknown, message = 'wrapped') => new Error(message, { cause });
const systemError = (syscall: string, code: string) => Object.assign(new Error(code), { syscall, code });

describe('What a failed purchase means', () => {
  it.each([400, 401, 402, 403, 404, 422, 429])('%i is a definite no', (status) => {
    expect(judgeWrite({ kind: 'answered', status, detail: '' }, () => 'provider_rejected').kind).toBe('refused');
  });

  it.each([200, 301, 307, 408, 409, 499, 500, 502, 503, 504])('%i leaves it open', (status) => {
    expect(isDefinite(status)).toBe(false);
    expect(judgeWrite({ kind: 'answered', status, detail: '' }, () => 'provider_rejected').kind).toBe('unknown');
  });

  it('only a connection that never came about is known not to have been used', () => {
    const refusedConnection = systemError('connect', 'ECONNREFUSED');
    expect(wasNeverSent(because(because(refusedConnection)))).toBe(true);
    expect(wasNeverSent(systemError('getaddrinfo', 'ENOTFOUND'))).toBe(true);
    expect(wasNeverSent(new AggregateError([refusedConnection, systemError('connect', 'ENETUNREACH')]))).toBe(true);
    expect(wasNeverSent(because(systemError('read', 'ECONNRESET')))).toBe(false);
    expect(wasNeverSent(new AggregateError([refusedConnection, systemError('read', 'ECONNRESET')]))).toBe(false);
    expect(wasNeverSent(new Error('socket hang up'))).toBe(false);
    expect(wasNeverSent('timeout')).toBe(false);
  });

  it('reads the seconds a provider asks us to wait', () => {
    expect(retryAfterSeconds('30')).toBe(30);
    expect(retryAfterSeconds('Wed, 21 Oct 2026 07:28:00 GMT')).toBeUndefined();
    expect(retryAfterSeconds(null)).toBeUndefined();
  });
});

describe('A deadline', () => {
  it('ends a wait that has no end of its own', async () => {
    await expect(withinDeadline(10, new Promise(() => undefined))).rejects.toThrow(DeadlineExceeded);
    await expect(withinDeadline(1000, Promise.resolve(7))).resolves.toBe(7);
  });

  it('lets the longest purchase end, twice over, before its absence is believed', () => {
    expect(2 * LONGEST_BUY_MS).toBeLessThan(TRUST_ABSENCE_AFTER_SECONDS * 1000);
  });
});
