const HEAD_END = '\r\n\r\n';
/** `HTTP/1.1 ` comes before the three digits. */
const STATUS_AT = 9;
const STATUS_DIGITS = 3;
const LENGTH = /content-length: (\d+)/i;

/** One answer as its bytes came; decoded only as far as somebody asks, since most are only counted. */
export class HttpAnswer {
  readonly status: number;

  private constructor(
    private readonly bytes: string,
    private readonly headEnd: number,
    private readonly end: number,
  ) {
    this.status = Number(bytes.slice(STATUS_AT, STATUS_AT + STATUS_DIGITS));
  }

  /**
   * @param bytes as latin1: a character for each
   * @returns undefined while something is missing
   * @throws for an answer that doesn't tell its length
   */
  static from(bytes: string): HttpAnswer | undefined {
    const headEnd = bytes.indexOf(HEAD_END);
    if (headEnd < 0) return undefined;
    const length = LENGTH.exec(bytes)?.[1];
    if (length === undefined) throw new Error(`an answer without a length: ${bytes.slice(0, headEnd)}`);
    const end = headEnd + HEAD_END.length + Number(length);
    return bytes.length < end ? undefined : new HttpAnswer(bytes, headEnd, end);
  }

  /** Status line and headers as they came. */
  get head(): string {
    return this.bytes.slice(0, this.headEnd);
  }

  get body(): string {
    return Buffer.from(this.bytes.slice(this.headEnd + HEAD_END.length, this.end), 'latin1').toString('utf8');
  }
}
