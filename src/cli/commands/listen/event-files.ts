import { join } from "node:path";
import type { TriggerEvent } from "../../../index.js";
import { writePrivately } from "../../config/private-file.js";

/**
 * Writes an event to a file that only its owner may read. The same event has the same name, so that a second run makes
 * no copy.
 */
export async function writeEvent(directory: string, event: TriggerEvent): Promise<string> {
  const time = event.timestamp.toISOString().replaceAll(":", "-");
  const file = join(directory, `${time}-${safe(event.triggerName)}-${safe(event.id)}.json`);
  // Other programs that watch the directory see whole files only.
  await writePrivately(file, `${JSON.stringify(event, undefined, 2)}\n`);
  return file;
}

/** Names of others as a part of a file's name: no separators, no leading dots, no device names to speak of. */
function safe(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 80);
}
