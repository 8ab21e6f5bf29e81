export interface SayOptions {
  /** Vapi hangs up when the text has been spoken; `endCall` must follow all the same, speech can fail. */
  readonly endCallAfterSpoken?: boolean;
  /** Cuts off what the assistant is saying; by default the text waits for it, which can take many seconds. */
  readonly interruptAssistant?: boolean;
}

export type ControlResult =
  | { readonly ok: true; readonly status: number; readonly ms: number }
  | {
      readonly ok: false;
      /** `forbidden_url`: nothing was sent. `timeout`, `network`: it may have arrived. `http`: answered, but not 2xx. */
      readonly reason: 'forbidden_url' | 'timeout' | 'http' | 'network';
      readonly status?: number;
      /** Answered 404 or 410: the call is probably over. Ask GET /call before believing it. */
      readonly gone: boolean;
      /** For the log: no URL, no answer text. */
      readonly detail: string;
      readonly ms: number;
    };

/** Steers one live call through `call.monitor.controlUrl`. Commands may be repeated; they never reject. */
export interface CallControl {
  say(controlUrl: string, text: string, options?: SayOptions): Promise<ControlResult>;
  endCall(controlUrl: string): Promise<ControlResult>;
}

export const CALL_CONTROL = Symbol('CallControl');
