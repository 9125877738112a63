import type { Dispatcher } from "undici";

/** One request. Redirects are not followed: they could lead anywhere. */
interface HttpRequest {
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Whether to read the response's body. Default: it is discarded. */
  readonly readBody?: true;
  /** Default: the usual certificate check. */
  readonly dispatcher?: Dispatcher | undefined;
}

export interface TextResponse {
  readonly status: number;
  /** The `Date` header. */
  readonly date: string | undefined;
  readonly text: string;
}

/**
 * Sends a request to any port. `fetch` blocks many of them, such as 6000 and 10080.
 *
 * @throws the errors of undici
 */
export async function httpRequest(
  url: string,
  { method = "GET", ...options }: HttpRequest,
): Promise<TextResponse> {
  // Loaded at the first request, so that no command starts slower.
  const { request } = await import("undici");
  const { dispatcher, readBody, ...rest } = options;
  const response = await request(url, { method, ...rest, ...(dispatcher !== undefined && { dispatcher }) });
  const { date } = response.headers;
  return {
    status: response.statusCode,
    date: typeof date === "string" ? date : undefined,
    text: readBody ? await response.body.text() : await response.body.dump().then(() => ""),
  };
}

/** Why a request failed. The reason may be in a cause, or in one of several connection attempts. */
export function failureReason(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const error = thrown.cause instanceof Error ? thrown.cause : thrown;
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return error.errors[0].message;
  return error.message || error.name;
}
