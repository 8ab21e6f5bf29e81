import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { WIDTH } from './narrator';

/** As `npm run demo` runs it; `npm test` has built it. */
const DEMO = join(__dirname, '../../../../dist/apps/billing-api/src/commands/demo.js');
const FOLDER_PREFIX = 'holdfast-demo-';

describe('npm run demo', () => {
  it('ends with every figure right, in lines that fit a terminal, and leaves nothing behind', async () => {
    const demo = promisify(execFile)(process.execPath, [DEMO]); // rejects unless the exit code is 0
    const { stdout, stderr } = await demo;
    expect(stderr).toBe('');
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^ok: all \d+ figures and claims are right$/);
    expect(stdout.split('\n').filter((line) => line.length > WIDTH || line.includes('{"'))).toEqual([]);
    const mine = `${FOLDER_PREFIX}${demo.child.pid}-`;
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith(mine))).toEqual([]);
  }, 120_000);

  it('cleans up when it is interrupted', async () => {
    const demo = promisify(execFile)(process.execPath, [DEMO]);
    const started = new Promise<void>((resolve) => {
      demo.child.stdout?.on('data', (text: string) => text.includes('Three tenants') && resolve());
    });
    await Promise.race([started, demo]);
    demo.child.kill('SIGINT');
    await expect(demo).rejects.toMatchObject({ code: 130 });
    const mine = `${FOLDER_PREFIX}${demo.child.pid}-`;
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith(mine))).toEqual([]);
  }, 120_000);
});
