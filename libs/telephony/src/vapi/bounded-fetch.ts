export type Fetch = typeof globalThis.fetch;

/** The answer was longer than allowed: it was read up to the limit and dropped. */
export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
}

/**
 * A `fetch` for the Vapi SDK that ends: `timeoutMs` covers connecting, headers and the whole body (the SDK's own time-out ends
 * with the headers, so a body that never comes would hang for ever), redirects are refused, and a body above `maxBytes`
 * breaks off.
 *
 * It never rejects: a failure shows when the body is read. SDK 2.0.1 forgets to clear its timer when `fetch` rejects, which
 * would keep the process alive for the length of the time-out.
 */
export function boundFetch(fetch: Fetch, timeoutMs: number, maxBytes: number): Fetch {
  return async (input, init) => {
    const deadline = AbortSignal.timeout(timeoutMs);
    const signal = init?.signal ? AbortSignal.any([init.signal, deadline]) : deadline;
    try {
      const response = await fetch(input, { ...init, signal, redirect: 'error' });
      const { status, statusText, headers } = response;
      return new Response(response.body?.pipeThrough(limitTo(maxBytes)), { status, statusText, headers });
    } catch (error) {
      return new Response(new ReadableStream({ start: (controller) => controller.error(error) }));
    }
  };
}

function limitTo(maxBytes: number): TransformStream<Uint8Array, Uint8Array> {
  let seen = 0;
  return new TransformStream({
    transform(chunk, controller) {
      seen += chunk.byteLength;
      if (seen > maxBytes) controller.error(new AnswerTooLarge(`answer above ${maxBytes} bytes`));
      else controller.enqueue(chunk);
    },
  });
}
