import { modelErrorBody } from "./model-errors.js";

/** An error body has the form of its API generation. Calls outside the REST API get the newer form. */
type Generation = "v1" | "v3";

/** What an error body has besides its message. */
export interface ProblemDetails {
  /** Generation 1's name of the error, where it differs from its type. */
  readonly name?: string;
  /** Generation 3's hint. */
  readonly suggestion?: string;
  /** The package's own code of the error, for its command line: the hint is about calls of the library. */
  readonly reason?: string;
  /** Everything that was wrong, a sentence each. */
  readonly errors?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Generation 3's code of the error, where published clients look for one. */
  readonly code?: number;
}

/** Thrown by a handler; becomes the response. */
export class HttpProblem extends Error {
  override readonly name = "HttpProblem";
  readonly status: number;
  readonly details: ProblemDetails;

  constructor(status: number, message: string, details: ProblemDetails = {}) {
    super(message);
    this.status = status;
    this.details = details;
  }
}

const types: ReadonlyMap<number, string> = new Map([
  [400, "BadRequestError"],
  [401, "UnauthorizedError"],
  [403, "ForbiddenError"],
  [404, "NotFoundError"],
  [405, "MethodNotAllowedError"],
  [408, "RequestTimeoutError"],
  [409, "ConflictError"],
  [413, "PayloadTooLargeError"],
  [415, "UnsupportedMediaTypeError"],
  [422, "UnprocessableEntityError"],
  [429, "TooManyRequestsError"],
]);

/** The error body, as JSON, that clients of the path read. */
export function errorBody(problem: HttpProblem, path: string, requestId: string): string {
  return JSON.stringify(
    modelErrorBody(path, problem.status, problem.message, requestId) ??
      (generationOf(path) === "v1" ? bodyV1(problem, requestId) : bodyV3(problem, requestId)),
  );
}

export const JSON_TYPE = "application/json; charset=utf-8";

function generationOf(path: string): Generation {
  return path.startsWith("/api/v1") || path.startsWith("/api/v2") ? "v1" : "v3";
}

function bodyV1({ status, message, details }: HttpProblem, requestId: string): unknown {
  return {
    status,
    message,
    requestId,
    type: types.get(status) ?? "InternalServerError",
    ...(details.name !== undefined && { name: details.name }),
    // Always present with 400. Published clients look for `errors` beside it and show them.
    ...(status === 400 && { details: details.errors === undefined ? {} : { errors: details.errors } }),
    ...(details.errors !== undefined && { errors: details.errors.map((error) => ({ message: error })) }),
  };
}

function bodyV3({ status, message, details }: HttpProblem, requestId: string): unknown {
  return {
    error: {
      message,
      // The platform's codes for errors that are no more than their HTTP status.
      code: details.code ?? 10_000 + status,
      status,
      request_id: requestId,
      ...(details.suggestion !== undefined && { suggested_fix: details.suggestion }),
      ...(details.reason !== undefined && { reason: details.reason }),
      ...(details.errors !== undefined && { errors: details.errors }),
    },
  };
}
