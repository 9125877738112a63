import type { IncomingMessage } from "node:http";
import { HttpProblem } from "./http-problem.js";

/** Reads a body as a whole. @throws HttpProblem 413 as soon as it is too long */
async function bytesOf(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const declared = Number(request.headers["content-length"] ?? 0);
  if (declared > mostBytes) throw tooLong(mostBytes);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > mostBytes) throw tooLong(mostBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLong(mostBytes: number): HttpProblem {
  // The rest of the body is not waited for, so the connection cannot be used again.
  const headers = { connection: "close" };
  return new HttpProblem(413, `The body is longer than ${mostBytes} bytes`, { headers });
}

/**
 * Reads the body of a call: JSON, or a form (which the published realtime clients send). A form becomes an
 * object of texts.
 *
 * @returns `undefined` where there is no body
 * @throws HttpProblem 413, 415, or 400 where it is not what its type says
 */
export async function parseBody(request: IncomingMessage, mostBytes: number): Promise<unknown> {
  const { "content-length": length, "transfer-encoding": coding } = request.headers;
  // Without either there is none (RFC 9112, 6.3): most calls are of that kind.
  if (length === undefined && coding === undefined) return undefined;
  const bytes = await bytesOf(request, mostBytes);
  if (bytes.length === 0) return undefined;
  const type = request.headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const encoding = request.headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  if (encoding !== "identity") throw new HttpProblem(415, `Bodies come uncompressed, not as ${encoding}`);
  const text = textOf(bytes);
  if (type === "application/json" || /^application\/[\w.-]+\+json$/.test(type)) return parse(text);
  if (type === "application/x-www-form-urlencoded") return formOf(text);
  throw new HttpProblem(415, `Bodies are JSON or a form, not ${type === "" ? "of no type" : type}`);
}

/** A body as its text. @throws HttpProblem 413, or 400 where it is not UTF-8 */
export async function readText(request: IncomingMessage, mostBytes: number): Promise<string> {
  return textOf(await bytesOf(request, mostBytes));
}

function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new HttpProblem(400, "The body is not UTF-8");
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HttpProblem(
      400,
      `The body is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function formOf(text: string): Record<string, string> {
  const form: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) form[name] = value;
  return form;
}
