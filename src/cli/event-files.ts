import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TriggerEvent } from "../index.js";

/** Writes an event to a file of its own. The same event has the same name, so that a second run makes no copy. */
export async function writeEvent(directory: string, event: TriggerEvent): Promise<string> {
  const time = event.timestamp.toISOString().replaceAll(":", "-");
  const file = join(directory, `${time}-${safe(event.triggerName)}-${safe(event.id)}.json`);
  await mkdir(directory, { recursive: true });
  // Whoever watches the directory sees whole files only.
  const draft = `${file}.${process.pid}.draft`;
  await writeFile(draft, `${JSON.stringify(event, undefined, 2)}\n`);
  await rename(draft, file);
  return file;
}

/** Names of others as a part of a file's name: no separators, no leading dots, no device names to speak of. */
function safe(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 80);
}
