import { appendFile } from "node:fs/promises";
import { messageOf } from "../../base/message-of.js";
import { isJsonObject } from "../../model/json.js";
import type { FiredEvent } from "../fired.js";
import type { EventLog, LogEntry } from "./event-log.js";
import { stateError } from "./snapshot.js";
import { readIfThere, writeAtomically } from "./state-file.js";

/**
 * The event log on disk: a line of JSON for each event, and one for each webhook that failed. Lines are only
 * ever added, so an event costs the disk what it weighs and not what the log weighs; when the file has become
 * twice as long as the log may be, it is written anew without what the log has dropped.
 */
export class Journal {
  readonly #file: string;
  readonly #log: EventLog;
  readonly #mostLines: number;
  readonly #onError: (error: Error) => void;
  #waiting: string[] = [];
  #lines = 0;
  #writing: Promise<void> | undefined;

  /** @param mostLines how many lines the log keeps */
  constructor(file: string, log: EventLog, mostLines: number, onError: (error: Error) => void) {
    this.#file = file;
    this.#log = log;
    this.#mostLines = mostLines;
    this.#onError = onError;
  }

  /**
   * Fills the log from the file. A last line without its end was cut short by a crash, and is left out.
   *
   * @throws EarshotError ERR_PLATFORM_STATE where any other line cannot be read; the file is left as it is
   */
  async load(): Promise<void> {
    const text = await readIfThere(this.#file);
    if (text === undefined) return;
    const lines = text.split("\n");
    const unfinished = lines.pop() ?? "";
    for (const [at, line] of lines.entries()) {
      if (line !== "") readLine(line, this.#log, this.#file, at + 1);
    }
    this.#lines = lines.length;
    // What comes next must not be glued to half a line.
    if (unfinished !== "") await this.#rewrite();
  }

  fired(line: LogEntry): void {
    this.#add(lineText(line));
  }

  settled(logId: string, error: string | undefined): void {
    this.#add(JSON.stringify({ settled: logId, error: error ?? null }));
  }

  /** Waits until every line so far is written. */
  async saved(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  #add(text: string): void {
    this.#waiting.push(text);
    this.#writing ??= this.#write();
  }

  async #write(): Promise<void> {
    try {
      // Events that are fired in one go become one write.
      await Promise.resolve();
      while (this.#waiting.length > 0) {
        const lines = this.#waiting;
        this.#waiting = [];
        await appendFile(this.#file, `${lines.join("\n")}\n`, { mode: 0o600 });
        this.#lines += lines.length;
        if (this.#lines > 2 * this.#mostLines) await this.#rewrite();
      }
    } catch (error) {
      this.#waiting = [];
      this.#onError(stateError(this.#file, `it cannot be written (${messageOf(error)})`, error));
    } finally {
      this.#writing = undefined;
    }
  }

  async #rewrite(): Promise<void> {
    // The log already has what waits to be added.
    this.#waiting = [];
    const lines = this.#log.all();
    await writeAtomically(this.#file, lines.map((line) => `${lineText(line)}\n`).join(""));
    this.#lines = lines.length;
  }
}

function lineText({ event, triggerType, error }: LogEntry): string {
  return JSON.stringify(error === undefined ? { event, triggerType } : { event, triggerType, error });
}

function readLine(text: string, log: EventLog, file: string, number: number): void {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw stateError(file, `line ${number} is not JSON`, error);
  }
  if (isJsonObject(value)) {
    if (typeof value.settled === "string") {
      log.settle(value.settled, typeof value.error === "string" ? value.error : undefined);
      return;
    }
    if (isEvent(value.event)) {
      const type = value.triggerType === "poll" ? "poll" : "webhook";
      const error = typeof value.error === "string" ? value.error : undefined;
      log.add(value.event, type, text.length, error);
      return;
    }
  }
  throw stateError(file, `line ${number} is no line of an event log`);
}

function isEvent(value: unknown): value is FiredEvent {
  if (!isJsonObject(value)) return false;
  const { logId, messageId, timestamp, triggerName, appName, instance, account, payload, project } = value;
  return (
    [logId, messageId, timestamp, triggerName, appName].every((text) => typeof text === "string") &&
    !Number.isNaN(Date.parse(String(timestamp))) &&
    [instance, account, payload, value.originalPayload, project].every(isJsonObject)
  );
}
