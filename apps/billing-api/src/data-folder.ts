const DEFAULT = '.data';

/** Where a development engine keeps its database and the secrets it made up. Empty or blank counts as unset. */
export function dataFolderOf(environment: NodeJS.ProcessEnv): string {
  const given = environment.HOLDFAST_DATA ?? '';
  return given.trim() === '' ? DEFAULT : given;
}
