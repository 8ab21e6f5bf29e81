const WIDTH = 60;

export interface Bar {
  readonly label: string;
  readonly value: number;
}

/** Bars for a terminal, the longest one as wide as the plot. */
export function barPlot(title: string, bars: readonly Bar[]): string {
  const most = Math.max(...bars.map((bar) => bar.value));
  const labelWidth = Math.max(...bars.map((bar) => bar.label.length));
  const lines = bars.map(({ label, value }) => {
    const length = Number.isFinite(value) && most > 0 ? Math.max(1, Math.round((value / most) * WIDTH)) : 0;
    return `  ${label.padEnd(labelWidth)} ${'█'.repeat(length)} ${Math.round(value).toLocaleString('en')}`;
  });
  return [`  ${title}`, ...lines].join('\n');
}
