import type { TriggerEvent } from "../index.js";
import type { Forwarded } from "./forward.js";
import type { Io } from "./io.js";
import { plain } from "./plain.js";

/** Prints an event: for people with its payload, or as one line of JSON without the raw body. */
export async function showEvent(
  io: Io,
  event: TriggerEvent,
  json: boolean,
  forwarded: Forwarded | undefined,
): Promise<void> {
  if (json) {
    const { raw: _, ...rest } = event;
    await io.record(forwarded === undefined ? rest : { ...rest, forwarded });
    return;
  }
  const { bold, dim, green } = io.out;
  const time = dim(event.timestamp.toISOString().slice(11, 19));
  const to =
    forwarded === undefined
      ? ""
      : `  ${green(`→ ${forwarded.status}`)} ${dim(`${Math.round(forwarded.durationMs)} ms`)}`;
  const head = `${time}  ${bold(plain(event.triggerName))}  ${dim(plain(event.id))}${to}`;
  const body = forwarded === undefined ? JSON.stringify(event.payload, undefined, 2).split("\n") : [];
  await io.line([head, ...body.map((line) => `  ${plain(line)}`)].join("\n"));
}
