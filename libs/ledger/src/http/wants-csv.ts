/**
 * Whether an `Accept` header asks for CSV: by name, and not less than it asks for JSON. Wildcards mean JSON, which most
 * clients want who do not care. RFC 9110: types have no case, and `q=0` is a refusal.
 */
export function wantsCsv(accept: string | undefined): boolean {
  const csv = qualityOf('text/csv', accept ?? '');
  return csv > 0 && csv >= qualityOf('application/json', accept ?? '');
}

function qualityOf(type: string, accept: string): number {
  for (const range of accept.toLowerCase().split(',')) {
    const [name, ...parameters] = range.split(';').map((part) => part.trim());
    if (name !== type) continue;
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    return quality === undefined ? 1 : Number(quality) || 0;
  }
  return 0;
}
