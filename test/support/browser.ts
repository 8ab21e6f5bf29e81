import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

/** As CI looks for it. Playwright's own download is not used: a distribution's browser is there, or one command away. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** @throws Error that says what to install, where there is no Chromium */
export function openBrowser(path = process.env.PATH ?? ''): Promise<Browser> {
  const folders = path.split(delimiter);
  const executablePath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
  if (executablePath === undefined) {
    throw new Error(
      `This test drives a browser, and there is no ${NAMES.join(', ')} in PATH: apt-get install chromium`,
    );
  }
  // Without its sandbox: containers and root have none, and it sees nothing but our own page.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}
