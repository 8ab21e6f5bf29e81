import { RequestClient, Twilio } from 'twilio';
import type { RequestOptions } from 'twilio/lib/base/RequestClient';
import { PROVIDER_TIMEOUT_MS } from './provider-deadline';

export interface TwilioSettings {
  /** `AC…` */
  accountSid: string;
  authToken: string;
  /** Origin that answers instead of `https://api.twilio.com`, e.g. a gateway or a test server. */
  baseUrl?: string;
  /** Per request, milliseconds; default `PROVIDER_TIMEOUT_MS`, at most `MAX_PROVIDER_TIMEOUT_MS`. */
  timeoutMs?: number;
  /** Regulatory papers per kind of number, e.g. `{'GB:local': {bundleSid: 'BU…', addressSid: 'AD…'}}`. */
  papers?: Record<string, TwilioPapers>;
}

/** Ids of documents that are filed at Twilio. Bundles belong to one account: a subaccount's purchase fails with 21649. */
export interface TwilioPapers {
  bundleSid?: string;
  addressSid?: string;
  identitySid?: string;
}

/**
 * The official client. The package has no base URL of its own: `edge` and `region` only prefix twilio.com. Its injected
 * `httpClient` is the documented seam, so the origin is exchanged there, when the request is complete.
 */
export function twilioClientOf({ accountSid, authToken, baseUrl, timeoutMs }: TwilioSettings): Twilio {
  const httpClient = new BoundedRequestClient(timeoutMs ?? PROVIDER_TIMEOUT_MS, baseUrl);
  return new Twilio(accountSid, authToken, { httpClient });
}

class BoundedRequestClient extends RequestClient {
  constructor(
    timeoutMs: number,
    private readonly baseUrl: string | undefined,
  ) {
    // Retries are off by default in the package too; said aloud because a repeated purchase would buy twice.
    super({ timeout: timeoutMs, autoRetry: false });
    // The package's time-out watches the silence between bytes. This one ends an answer that trickles as well.
    this.axios.interceptors.request.use((config) => ({ ...config, signal: AbortSignal.timeout(timeoutMs) }));
  }

  override request<TData>(request: RequestOptions<TData>) {
    if (this.baseUrl === undefined) return super.request<TData>(request);
    const { pathname, search } = new URL(request.uri);
    return super.request<TData>({ ...request, uri: new URL(pathname + search, this.baseUrl).href });
  }
}
