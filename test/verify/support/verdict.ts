import { RejectedError } from "../../../src/base/errors.js";
import type { Origin } from "../../../src/model/verified.js";
import type { Source } from "../../../src/verify/index.js";
import { asDelivery, type TestRequest } from "./request.js";

export type Verdict =
  | { readonly accepted: Origin }
  | { readonly refused: string; readonly status: number; readonly message: string };

function refusal(thrown: unknown): Verdict {
  if (!(thrown instanceof RejectedError)) throw thrown;
  return { refused: thrown.code, status: thrown.status, message: thrown.message };
}

/** What a source says of a request, without waiting: fails where the answer is a promise. */
export function verdict(source: Source, request: TestRequest, nowMs: number): Verdict {
  try {
    const verified = source.verify(asDelivery(request, nowMs), nowMs);
    if (verified instanceof Promise) throw new Error("Node's crypto is synchronous, and so is a verdict.");
    return { accepted: verified.origin };
  } catch (thrown) {
    return refusal(thrown);
  }
}

/** What a source says of a request, at once or later. */
export async function verdictLater(source: Source, request: TestRequest, nowMs: number): Promise<Verdict> {
  try {
    return { accepted: (await source.verify(asDelivery(request, nowMs), nowMs)).origin };
  } catch (thrown) {
    return refusal(thrown);
  }
}

/** The code of a refusal; fails where the request was accepted. */
export function codeOf(said: Verdict): string {
  return "refused" in said ? said.refused : "accepted";
}
