/** Where the scripted model's APIs are: the base paths that clients are given. */
export const MODEL_PATHS = {
  openai: "/model/openai/v1",
  gemini: "/model/gemini",
  anthropic: "/model/anthropic",
} as const;

type Vendor = keyof typeof MODEL_PATHS;

const geminiStatus: ReadonlyMap<number, string> = new Map([
  [400, "INVALID_ARGUMENT"],
  [401, "UNAUTHENTICATED"],
  [403, "PERMISSION_DENIED"],
  [404, "NOT_FOUND"],
  [429, "RESOURCE_EXHAUSTED"],
  [503, "UNAVAILABLE"],
  [504, "DEADLINE_EXCEEDED"],
]);

/** Kinds of errors, as OpenAI and Anthropic name them. */
const kinds: ReadonlyMap<number, readonly [openai: string, anthropic: string]> = new Map([
  [401, ["authentication_error", "authentication_error"]],
  [403, ["permission_error", "permission_error"]],
  [404, ["invalid_request_error", "not_found_error"]],
  [413, ["invalid_request_error", "request_too_large"]],
  [429, ["rate_limit_exceeded", "rate_limit_error"]],
  [503, ["server_error", "overloaded_error"]],
  [529, ["server_error", "overloaded_error"]],
]);

const bodies: Readonly<Record<Vendor, (status: number, message: string, requestId: string) => unknown>> = {
  openai: (status, message) => ({ error: { message, type: kindOf(status)[0], param: null, code: null } }),
  gemini: (status, message) => ({
    error: {
      code: status,
      message,
      status: geminiStatus.get(status) ?? (status < 500 ? "FAILED_PRECONDITION" : "INTERNAL"),
    },
  }),
  anthropic: (status, message, requestId) => ({
    type: "error",
    error: { type: kindOf(status)[1], message },
    request_id: requestId,
  }),
};

const kindOf = (status: number): readonly [string, string] =>
  kinds.get(status) ??
  (status < 500 ? ["invalid_request_error", "invalid_request_error"] : ["server_error", "api_error"]);

/** An error in the form of the client whose path it is; `undefined` for other paths. */
export function modelErrorBody(path: string, status: number, message: string, requestId: string): unknown {
  const vendor = (Object.keys(bodies) as Vendor[]).find((name) => path.startsWith(`/model/${name}/`));
  return vendor === undefined ? undefined : bodies[vendor](status, `Scripted model: ${message}`, requestId);
}
