import { setFlagsFromString } from 'node:v8';

/**
 * Imported before everything else. Loading modules makes objects that stay, for which V8 would grow its young generation
 * to its full size and never give it back: 28 MB and more of an idle engine's memory. It may grow once the engine serves.
 */
setFlagsFromString('--semi-space-growth-factor=1');

export function useMemoryAsNeeded(): void {
  setFlagsFromString('--semi-space-growth-factor=2'); // V8's own default
}
