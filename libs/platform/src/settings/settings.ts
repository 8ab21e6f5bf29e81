/** What the engine was started with. Read once, validated, immutable. Injected by this class. */
export abstract class Settings {
  abstract readonly production: boolean;
  abstract readonly port: number;
  /** Loopback unless told otherwise: an engine that holds money is not opened to a network by accident. */
  abstract readonly host: string;
  abstract readonly databaseUrl: string;
  abstract readonly adminApiKey: string;
  abstract readonly vapi: VapiSettings;
  abstract readonly telephonyProvider: 'sandbox' | 'vapi' | 'twilio';
  abstract readonly twilio: {
    readonly accountSid: string;
    readonly authToken: string;
    readonly baseUrl?: string;
  } | null;
  /** Where the sandbox keeps its numbers; a folder. */
  abstract readonly sandboxFolder: string;
  /** Where Vapi reaches this engine, such as https://billing.example; null: as it reached it last. */
  abstract readonly publicUrl: string | null;
  abstract readonly reservationTtlSeconds: number;
  abstract readonly reservationSweepSeconds: number;
  abstract readonly killSwitchIntervalSeconds: number;
  /** How much an extension adds to a live call's hold. */
  abstract readonly callSliceSeconds: number;
  abstract readonly defaultPencePerMinuteE4: number;
  abstract readonly defaultIncrementSeconds: number;
  abstract readonly webhookBodyLimitBytes: number;
  /** Requests per minute and key; 0 = off. */
  abstract readonly rateLimitPerMinute: number;
  abstract readonly sentryDsn: string | null;
  abstract readonly logLevel: string;
  /** 1, or how many times faster than life the engine's clock runs in a simulation. */
  abstract readonly timeScale: number;
}

export interface VapiSettings {
  readonly webhookSecret: string;
  readonly hmac: {
    readonly secret: string;
    readonly algorithm: 'sha256' | 'sha512' | 'sha1';
    readonly signatureHeader: string;
    readonly timestampHeader: string;
    readonly prefix: string;
    readonly toleranceSeconds: number;
  } | null;
  readonly apiKey: string | null;
  readonly baseUrl: string | null;
  readonly controlHosts: readonly string[];
}
