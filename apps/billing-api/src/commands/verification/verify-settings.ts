import { readSettings, SettingsError } from '../../read-settings';
import { expectThat, type Finding } from './finding';

/** The settings with which an engine would start here. */
export async function verifySettings(environment: NodeJS.ProcessEnv): Promise<Finding[]> {
  const mode = environment.NODE_ENV?.trim() === 'production' ? 'production' : 'development';
  const madeUp: string[] = [];
  try {
    await readSettings(environment, {
      databaseUrl: () => Promise.reject(new SettingsError('DATABASE_URL: not set')),
      secret: (name) => {
        madeUp.push(name);
        return name;
      },
      folder: '.',
    });
  } catch (fault) {
    if (!(fault instanceof SettingsError)) throw fault;
    return [{ what: `an engine would start with these settings (${mode})`, problem: fault.message }];
  }
  const note = madeUp.length > 0 ? `; ${madeUp.join(' and ')} would be made up at the start` : '';
  return [expectThat(`an engine would start with these settings (${mode}${note})`, true, '')];
}
