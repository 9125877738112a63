import { dateOf } from "../base/date-of.js";
import { DecodeError } from "../base/errors.js";
import { ignore, isThenable } from "../base/foreign-promise.js";
import { messageOf } from "../base/message-of.js";
import { textField } from "../model/json.js";
import type { Source, SourceEvent } from "../model/source.js";
import type { Origin, ReadFacts } from "../model/verified.js";
import type { ReadBody } from "./body.js";

/** One event of a source's own reader. Its payload is stored as JSON, so a record needs no source to be decoded. */
export interface ReadEvent {
  readonly raw: string;
  readonly value: unknown;
  readonly facts: ReadFacts;
}

/**
 * Reads a body with the source's own function. Whatever it throws or returns, nothing but a DecodeError comes out.
 *
 * @throws DecodeError ERR_SHAPE
 */
export function readBySource(
  read: NonNullable<Source["read"]>,
  { raw, value }: ReadBody,
  { provider, messageId: id, eventName, sentAt, request }: Origin,
): readonly ReadEvent[] {
  const failed = (why: string, cause?: unknown) =>
    new DecodeError("ERR_SHAPE", `\`read\` of the source ${provider} ${why}`, { cause });
  let events: readonly SourceEvent[];
  try {
    events = read({ body: value, raw, id, eventName, sentAt, request });
  } catch (thrown) {
    throw failed(`threw: ${messageOf(thrown)}`, thrown);
  }
  if (!Array.isArray(events)) {
    // If it is a promise, its rejection would end the process.
    ignore(events);
    throw failed(`returned no list of events${isThenable(events) ? ", but a promise" : ""}.`);
  }
  return events.map((event, at) => {
    if (typeof event !== "object" || event === null || event.payload === undefined) {
      throw failed(`returned an event without a payload, at index ${at}.`);
    }
    let text: string | undefined;
    if (isThenable(event.payload)) {
      ignore(event.payload);
      throw failed(`returned a promise as a payload, at index ${at}.`);
    }
    try {
      text = JSON.stringify(event.payload);
    } catch (thrown) {
      throw failed(`returned a payload that is no JSON, at index ${at}: ${messageOf(thrown)}`, thrown);
    }
    if (text === undefined) throw failed(`returned a payload that is no JSON, at index ${at}.`);
    return { raw: text, value: JSON.parse(text) as unknown, facts: factsOf(event) };
  });
}

function factsOf({ name, id, at }: SourceEvent): ReadFacts {
  const time = at instanceof Date ? at.getTime() : dateOf(at)?.getTime();
  return {
    name: textField(name),
    id: textField(id),
    at: time === undefined || Number.isNaN(time) ? undefined : time,
  };
}
