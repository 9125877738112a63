import { isJsonObject, type JsonObject } from "../../model/json.js";
import { McpFailure } from "./failure.js";

/**
 * The JSON-RPC messages of a response of server-sent events. Comments, and data that is no JSON object, are left out.
 *
 * @param onBytes called with each part that comes, comments included
 * @throws McpFailure where one message is too large; what reading throws
 */
export async function* eventStreamMessages(
  response: Response,
  mostBytes: number,
  onBytes?: () => void,
): AsyncGenerator<JsonObject> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  const decoder = new TextDecoder();
  let rest = "";
  let held = "";
  let data: string[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onBytes?.();
      const part = held + decoder.decode(value, { stream: true });
      // A line ends with LF, CR or both; a CR at the end of a chunk may be half of one.
      held = part.endsWith("\r") ? "\r" : "";
      // Only what is new is searched: a message of megabytes comes in thousands of chunks.
      const lines = part.slice(0, part.length - held.length).split(/\r\n|\n|\r/);
      lines[0] = rest + (lines[0] ?? "");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line !== "") {
          if (line.startsWith("data:")) data.push(line.slice(line[5] === " " ? 6 : 5));
          size += line.length;
          continue;
        }
        const message = parsed(data);
        data = [];
        size = 0;
        if (message !== undefined) yield message;
      }
      if (size + rest.length > mostBytes) throw new McpFailure(`A message has more than ${mostBytes} bytes.`);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function parsed(data: readonly string[]): JsonObject | undefined {
  if (data.length === 0) return undefined;
  try {
    const message = JSON.parse(data.join("\n")) as unknown;
    return isJsonObject(message) ? message : undefined;
  } catch {
    return undefined;
  }
}
