const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Ctrl-C, a closing terminal, or the end of the launcher. */
export class Interruption extends Error {}

/** `came` rejects with an Interruption; until `forget()`, and also when it comes twice, nothing else ends the process. */
export function expectInterruption(): { came: Promise<never>; forget: () => void } {
  let interrupt = (): void => undefined;
  const came = new Promise<never>((_, reject) => {
    interrupt = () => reject(new Interruption('interrupted'));
  });
  came.catch(() => undefined); // it may come before anybody waits for it
  for (const signal of SIGNALS) process.on(signal, interrupt);
  process.on('disconnect', interrupt);
  return {
    came,
    forget: () => {
      for (const signal of SIGNALS) process.off(signal, interrupt);
      process.off('disconnect', interrupt);
    },
  };
}
