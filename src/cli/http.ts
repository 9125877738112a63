import { readFile } from "node:fs/promises";
import type { Dispatcher } from "undici";
import { UsageError } from "./errors.js";

/** One request. Redirects are answers here: they could lead anywhere. */
export interface HttpCall {
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Whether the answer's body matters. Default false: it is let go. */
  readonly wantsText?: true;
  /** Default: certificates are checked as usual. */
  readonly dispatcher?: Dispatcher | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly date: string | undefined;
  readonly text: string;
}

/**
 * Calls a URL at any port: `fetch` refuses many of them, such as 6000 and 10080.
 *
 * @throws what undici throws
 */
export async function httpCall(url: string, { method = "GET", ...options }: HttpCall): Promise<HttpAnswer> {
  // Loaded at the first call: no command's start waits for it.
  const { request } = await import("undici");
  const { dispatcher, wantsText, ...rest } = options;
  const answer = await request(url, { method, ...rest, ...(dispatcher !== undefined && { dispatcher }) });
  const { date } = answer.headers;
  return {
    status: answer.statusCode,
    date: typeof date === "string" ? date : undefined,
    text: wantsText ? await answer.body.text() : await answer.body.dump().then(() => ""),
  };
}

/** How the certificate of a server of one's own is checked. */
export interface CertificateOptions {
  /** A file with the certificates to trust, PEM. */
  readonly ca?: string;
  readonly insecure?: true;
}

/**
 * What makes connections under these options; `undefined` where the usual check is wanted.
 *
 * @throws UsageError where the file cannot be read
 */
export async function dispatcherFor({ ca, insecure }: CertificateOptions): Promise<Dispatcher | undefined> {
  if (ca === undefined && insecure === undefined) return undefined;
  const trusted = ca === undefined ? undefined : await certificatesIn(ca);
  const { Agent } = await import("undici");
  return new Agent({
    connect: {
      ...(insecure && { rejectUnauthorized: false }),
      ...(trusted !== undefined && { ca: trusted }),
    },
  });
}

async function certificatesIn(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new UsageError(`--ca: ${file} cannot be read: ${reasonOf(error)}`);
  }
}

/** Codes of OpenSSL and Node for a certificate that is not trusted. */
const CERTIFICATE = /SELF_SIGNED|UNABLE_TO_|CERT_|_CERT/;

/** Why a call failed, in one line; where it was the certificate, with the options that help. */
export function callFailure(thrown: unknown): string {
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  const hint = CERTIFICATE.test(code)
    ? "; trust its certificate with --ca FILE, or skip the check with --insecure"
    : "";
  return `${reasonOf(thrown)}${hint}`;
}

/** What happened may be hidden in a cause, or in one of several tries. */
export function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const at = thrown.cause instanceof Error ? thrown.cause : thrown;
  if (at instanceof AggregateError && at.errors[0] instanceof Error) return at.errors[0].message;
  return at.message || at.name;
}
