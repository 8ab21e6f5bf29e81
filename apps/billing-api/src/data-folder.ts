const DEFAULT = '.data';

/** Where a development engine keeps its database and the secrets it made up. Trimmed, as every setting; blank counts as unset. */
export function dataFolderOf(environment: NodeJS.ProcessEnv): string {
  return environment.HOLDFAST_DATA?.trim() || DEFAULT;
}
