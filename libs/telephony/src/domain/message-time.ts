/**
 * A message's own time is believed when it lies this close to its arrival. Vapi repeats a delivery for minutes, not
 * hours; a clock that is hours off, or an old delivery sent again, must not make a call seem hours long.
 */
export const BELIEVED_AGE_SECONDS = 3_600;

/** When something happened: as the message says if that can be, never later than now. */
export function momentOf(said: Date | undefined, now: Date): Date {
  if (said === undefined || said > now) return now;
  return now.getTime() - said.getTime() > BELIEVED_AGE_SECONDS * 1_000 ? now : said;
}
