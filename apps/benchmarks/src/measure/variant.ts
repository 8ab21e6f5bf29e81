/** One way of doing the work of a bench. */
export interface Variant {
  readonly name: string;
  /** One operation, as one caller of many. Rejects when it was refused: a bench measures work that is done. */
  operate(caller: number): Promise<unknown>;
  /** Tries pools of these sizes and keeps the best; absent where there is nothing to choose. */
  readonly poolSizes?: readonly number[];
  usePool?(size: number): Promise<void>;
  /** Throws unless the money adds up to what was charged. */
  verify(): Promise<void>;
  close(): Promise<void>;
}
