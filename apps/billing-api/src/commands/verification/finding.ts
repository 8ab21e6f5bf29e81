/** One thing that a deployment needs, and what is wrong with it. */
export interface Finding {
  readonly what: string;
  /** Null when it is as it should be. */
  readonly problem: string | null;
}

export interface Chapter {
  readonly title: string;
  readonly findings: readonly Finding[];
}

export function expectThat(what: string, holds: boolean, otherwise: string): Finding {
  return { what, problem: holds ? null : otherwise };
}

/** A chapter that cannot be looked at at all is wrong as a whole; the others still say what they can. */
export async function chapter(title: string, look: () => Promise<readonly Finding[]>): Promise<Chapter> {
  try {
    return { title, findings: await look() };
  } catch (fault) {
    return { title, findings: [{ what: 'can be looked at', problem: (fault as Error).message }] };
  }
}
