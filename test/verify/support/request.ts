import type { Delivery } from "../../../src/model/delivery.js";
import { deliveryOf } from "../../../src/verify/index.js";

/** A request as a test makes it: header names in lower case, a list for a header that comes more than once. */
export interface TestRequest {
  readonly method?: string;
  /** Path and query. */
  readonly url?: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Uint8Array;
}

export function asDelivery(request: TestRequest, nowMs = 0): Delivery {
  return deliveryOf(
    {
      method: request.method ?? "POST",
      url: request.url ?? "/hook",
      headers: request.headers,
      body: typeof request.body === "string" ? Buffer.from(request.body) : request.body,
    },
    nowMs,
  );
}

/** The same request with one header set, or taken away. */
export function withHeader(
  request: TestRequest,
  name: string,
  value: string | readonly string[] | undefined,
): TestRequest {
  const { [name]: _old, ...others } = request.headers;
  return { ...request, headers: value === undefined ? others : { ...others, [name]: value } };
}

export function headerOf(request: TestRequest, name: string): string {
  const value = request.headers[name];
  if (typeof value !== "string") throw new Error(`The request has no single header ${name}.`);
  return value;
}
