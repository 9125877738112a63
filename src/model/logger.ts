/** The levels of a log line. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** A function that writes one line. Loggers declare it in many ways, and all of them are taken. */
// biome-ignore lint/suspicious/noExplicitAny: `unknown` would reject functions with parameters of other types
type Write = (...args: any[]) => unknown;

/**
 * A logger: pino's, winston's, `console`, or any object with these four functions. They get a message and an object of
 * fields; pino's get the fields first.
 */
export interface Logger {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
  /** pino is recognized by these two. */
  readonly child?: unknown;
  readonly bindings?: unknown;
}
