import type * as Sentry from '@sentry/node';

/** Faults (never refusals) go to Sentry when a DSN is set; the library is not even loaded otherwise. */
export function faultReporter(dsn: string | null): (fault: unknown, requestId: string) => void {
  if (dsn === null) return () => undefined;
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded on demand: 60 ms and 20 MB nobody else should pay
  const sentry = require('@sentry/node') as typeof Sentry;
  sentry.init({ dsn, sendDefaultPii: false, defaultIntegrations: false });
  return (fault, requestId) => sentry.captureException(fault, { tags: { requestId } });
}
