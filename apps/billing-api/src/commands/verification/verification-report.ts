import type { Chapter } from './finding';

/** For a person at a terminal, and for grep: every line begins with ok or FAIL. */
export function verificationReport(target: string, chapters: readonly Chapter[]): string {
  const all = chapters.flatMap(({ findings }) => findings);
  const failed = all.filter(({ problem }) => problem !== null).length;
  const lines = chapters.flatMap(({ title, findings }) => [
    '',
    title,
    ...findings.map(({ what, problem }) => (problem === null ? `  ok    ${what}` : `  FAIL  ${what}: ${problem}`)),
  ]);
  const verdict =
    failed === 0 ? `ok: all ${all.length} checks passed` : `FAIL: ${failed} of ${all.length} checks failed`;
  return [`Holdfast deployment on ${target}`, ...lines, '', verdict].join('\n');
}
