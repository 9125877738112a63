import { type Answer, json } from "./answer.js";

/** Which generation's manners an answer has. Calls outside the REST API get the newer ones. */
export type Generation = "v1" | "v3";

/** What a problem says besides its message. */
export interface ProblemFacts {
  /** Generation 1's name of the error, where it is more than its type. */
  readonly name?: string;
  /** Generation 3's hint. */
  readonly suggestion?: string;
  /** Everything that was wrong, a sentence each. */
  readonly errors?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** A call that is answered with an error. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  readonly facts: ProblemFacts;

  constructor(status: number, message: string, facts: ProblemFacts = {}) {
    super(message);
    this.status = status;
    this.facts = facts;
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
  [429, "TooManyRequestsError"],
]);

/** The error in the body that its generation's clients know. */
export function problemAnswer(problem: Problem, generation: Generation, requestId: string): Answer {
  const { status, facts } = problem;
  const body = generation === "v1" ? bodyV1(problem, requestId) : bodyV3(problem, requestId);
  return json(body, status, facts.headers);
}

function bodyV1({ status, message, facts }: Problem, requestId: string): unknown {
  return {
    status,
    message,
    requestId,
    type: types.get(status) ?? "InternalServerError",
    ...(facts.name !== undefined && { name: facts.name }),
    // Always there with 400. Published clients look for `errors` beside it and show them.
    ...(status === 400 && { details: facts.errors === undefined ? {} : { errors: facts.errors } }),
    ...(facts.errors !== undefined && { errors: facts.errors.map((error) => ({ message: error })) }),
  };
}

function bodyV3({ status, message, facts }: Problem, requestId: string): unknown {
  return {
    error: {
      message,
      // The platform's codes for errors that are no more than their HTTP status.
      code: 10_000 + status,
      status,
      request_id: requestId,
      ...(facts.suggestion !== undefined && { suggested_fix: facts.suggestion }),
      ...(facts.errors !== undefined && { errors: facts.errors }),
    },
  };
}
