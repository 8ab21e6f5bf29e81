import { RequestClient, Twilio } from 'twilio';
import type { RequestClientOptions, RequestOptions } from 'twilio/lib/base/RequestClient';
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
 * `httpClient` is the documented seam, so the origin is exchanged there, after signing and before sending.
 */
export function twilioClientOf({ accountSid, authToken, baseUrl, timeoutMs }: TwilioSettings): Twilio {
  // Off by default in the package too; said aloud because a repeated purchase would buy twice.
  const options = { timeout: timeoutMs ?? PROVIDER_TIMEOUT_MS, autoRetry: false };
  return new Twilio(accountSid, authToken, {
    httpClient: baseUrl ? new RedirectedRequestClient(baseUrl, options) : new RequestClient(options),
  });
}

class RedirectedRequestClient extends RequestClient {
  constructor(
    private readonly baseUrl: string,
    options: RequestClientOptions,
  ) {
    super(options);
  }

  override request<TData>(request: RequestOptions<TData>) {
    const { pathname, search } = new URL(request.uri);
    return super.request<TData>({ ...request, uri: new URL(pathname + search, this.baseUrl).href });
  }
}
