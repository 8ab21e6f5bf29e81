/**
 * A client waits this long for a provider, then learns that the outcome is open: half of what HTTP clients commonly
 * allow. The work goes on.
 */
const ANSWER_WITHIN_MS = 15_000;

/** What the work came to, or undefined when it takes longer than that. */
export async function answerInTime<T>(work: Promise<T>, withinMs = ANSWER_WITHIN_MS): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), withinMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
