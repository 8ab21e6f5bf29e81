/** Something that must be true of the book at every moment, whatever fails. */
export interface InvariantCheck {
  /** The rule as a sentence, in snake_case. */
  readonly name: string;
  /**
   * One statement that selects one column: the id of everything that breaks the rule. No row: it holds. Runs in a
   * snapshot shared with all other checks. May read `current_setting('holdfast.overdue_before')::timestamptz`, before
   * which a hold must have been dealt with.
   */
  readonly sql: string;
}
