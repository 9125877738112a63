/** Nothing answers where a local platform should. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
  readonly url: string;

  constructor(url: string, reason: string) {
    super(`Nothing answers at ${url} (${reason}).`);
    this.url = url;
  }
}

/** The local platform said no, in its own words. */
export class ControlError extends Error {
  override readonly name = "ControlError";
  readonly suggestion: string | undefined;

  constructor(message: string, suggestion?: string) {
    super(message);
    this.suggestion = suggestion;
  }
}

/** A command line that cannot be obeyed; found after commander had accepted it. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
