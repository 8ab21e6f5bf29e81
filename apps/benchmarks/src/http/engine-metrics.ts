/** What /metrics says, by `name{labels}`. */
export async function readMetrics(port: number): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

/** Commands waiting for each batcher of the engine. */
export async function queueDepths(port: number): Promise<ReadonlyMap<string, number>> {
  const metrics = await readMetrics(port);
  return new Map([...metrics].filter(([name]) => name.startsWith('holdfast_batch_queue_depth{')));
}
