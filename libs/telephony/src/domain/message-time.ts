/**
 * A message's own time is believed when it lies this close to its arrival. The plan pushed to Vapi (10 retries, each pause twice
 * the one before, from 10 s) repeats a delivery for 10 230 s; a clock that is hours off must not make a call seem hours long.
 */
export const BELIEVED_AGE_SECONDS = 10_800;

/**
 * When something happened: as the message says if that can be, never later than it arrived.
 * @param arrivedAt when it came for the first time: run again, however much later, it tells the same moment
 */
export function momentOf(said: Date | undefined, arrivedAt: Date): Date {
  if (said === undefined || said > arrivedAt) return arrivedAt;
  return arrivedAt.getTime() - said.getTime() > BELIEVED_AGE_SECONDS * 1_000 ? arrivedAt : said;
}
