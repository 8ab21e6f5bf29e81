import type { Settings } from '@holdfast/platform';

/** What a person at the terminal needs next. */
export function welcome(url: string, settings: Settings, made: Record<string, string>, embedded: boolean): string {
  const database = embedded ? 'embedded PostgreSQL in the data folder' : 'PostgreSQL of DATABASE_URL';
  const lines = [
    '',
    `  Holdfast is running   ${url}`,
    `  Swagger UI            ${url}/docs`,
    `  Operator key          ${made.ADMIN_API_KEY ?? '(ADMIN_API_KEY)'}`,
    `  Vapi webhook          ${url}/api/vapi/webhook`,
    `  Webhook secret        ${made.VAPI_WEBHOOK_SECRET ?? '(VAPI_WEBHOOK_SECRET)'}`,
    `  Database              ${database}`,
    ...(settings.timeScale === 1 ? [] : [`  Clock                 ${settings.timeScale} times life (simulation)`]),
    '',
    '  Ctrl-C stops it.',
    '',
  ];
  return lines.join('\n');
}
