import { closedLoop, type Load } from '../measure/closed-loop';
import { treeCpuMicros } from '../measure/cpu-clock';
import type { Sample } from '../measure/interleaved-rounds';
import type { HttpCaller } from './http-caller';

/** A server under load and the connections to it. */
export interface HttpTarget {
  readonly pid: number;
  readonly callers: readonly HttpCaller[];
}

export interface HttpRequest {
  readonly path: string;
  readonly body: string | Buffer;
  /** Lines of their own, each ending in CRLF. */
  readonly headers?: string;
  /** The call that is live once this has been answered. */
  readonly opens?: LiveCall;
}

export interface LiveCall {
  readonly orgId: string;
  readonly callId: string;
}

export interface HttpSample extends Sample {
  /** CPU of the load generator per request: it takes part of the same cores. */
  readonly generatorMicros: number;
}

/** One variant for one round: CPU is that of the server's process, of PostgreSQL, and of this one. */
export async function sampleHttp(
  target: HttpTarget,
  load: Load,
  postgresPid: number,
  next: () => HttpRequest,
  onAnswer: (request: HttpRequest) => void,
): Promise<HttpSample> {
  const own = process.cpuUsage();
  const before = [treeCpuMicros(target.pid), treeCpuMicros(postgresPid)] as const;
  const result = await closedLoop(load, async (index) => {
    const request = next();
    const caller = target.callers[index] as HttpCaller;
    const answer = await caller.post(request.path, request.body, request.headers);
    if (answer.status >= 300) throw new Error(`${request.path} answered ${answer.status}: ${answer.body}`);
    onAnswer(request);
  });
  const spent = (pid: number, earlier: number | undefined): number =>
    ((treeCpuMicros(pid) ?? Number.NaN) - (earlier ?? Number.NaN)) / result.operations;
  const generator = process.cpuUsage(own);
  return {
    ...result,
    nodeMicros: spent(target.pid, before[0]),
    postgresMicros: spent(postgresPid, before[1]),
    generatorMicros: (generator.user + generator.system) / result.operations,
  };
}
