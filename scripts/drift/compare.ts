// What differs between recorded calls and descriptions of the API.
import { checkValue, problemText } from "../../src/dev/check-value.js";
import { isJsonObject } from "../../src/model/json.js";
import type { Operation } from "./descriptions.js";
import type { RecordedCall } from "./record.js";

export interface Drift {
  /** `client` sends what is not described; `platform`: the local platform answers otherwise. */
  readonly side: "client" | "platform";
  /** `GET /api/v3/triggers_types` */
  readonly call: string;
  readonly message: string;
}

export interface Comparison {
  readonly drifts: readonly Drift[];
  /** Calls without a description: nothing is known of them. */
  readonly undescribed: readonly string[];
  readonly comparedCalls: number;
}

/** Compares each call with the description of its path. `/api/v3.1` is compared with `/api/v3` too. */
export async function compareCalls(
  calls: readonly RecordedCall[],
  operations: readonly Operation[],
): Promise<Comparison> {
  const drifts = new Map<string, Drift>();
  const undescribed = new Set<string>();
  let comparedCalls = 0;
  for (const call of calls) {
    const operation = operationOf(call, operations);
    if (operation === undefined) {
      undescribed.add(`${call.method} ${pathTemplate(call.path)}`);
      continue;
    }
    comparedCalls += 1;
    const name = `${operation.method} ${operation.path}`;
    const found = [
      ...requestProblems(call, operation).map((message) => ({
        side: "client" as const,
        call: name,
        message,
      })),
      ...(await bodyProblems(call, operation)).map((message) => ({
        side: "client" as const,
        call: name,
        message,
      })),
      ...(await responseProblems(call, operation)).map((message) => ({
        side: "platform" as const,
        call: name,
        message,
      })),
    ];
    for (const drift of found) drifts.set(`${drift.side} ${drift.call} ${drift.message}`, drift);
  }
  const sorted = [...drifts].sort(([a], [b]) => a.localeCompare(b)).map(([, drift]) => drift);
  return { drifts: sorted, undescribed: [...undescribed].sort(), comparedCalls };
}

/** A call of the client's is compared with the same template: `…/enum` is no `…/{slug}`. */
function operationOf({ method, path, route }: RecordedCall, operations: readonly Operation[]) {
  const template = shapeOf(route ?? path);
  return operations.find((one) => one.method === method && shapeOf(one.path) === template);
}

/** A template without the names of its parameters, and under one root. */
function shapeOf(template: string): string {
  return unversioned(template).replace(/\{\w+\}/g, "{}");
}

function unversioned(path: string): string {
  return path.replace(/^\/api\/v3\.1\//, "/api/v3/");
}

/** Ids in a path vary from run to run. */
function pathTemplate(path: string): string {
  return path.replace(/\/(?:[a-z]{2}_\w{12}|[0-9a-f-]{36}|[A-Z0-9]+(?:_[A-Z0-9]+)+)(?=\/|$)/g, "/{}");
}

function requestProblems({ queryNames, body }: RecordedCall, operation: Operation): string[] {
  const unknown = queryNames.filter(
    (name) => !operation.query.has(name) && !operation.query.has(name.replace(/\[\w*\]$/, "")),
  );
  const problems = unknown.map((name) => `the query name \`${name}\` is not described`);
  if (body !== undefined && operation.body === undefined) problems.push("a JSON body is not described");
  if (body === undefined && operation.isBodyRequired && operation.body !== undefined) {
    problems.push("a JSON body is required");
  }
  return problems;
}

async function bodyProblems({ body }: RecordedCall, { body: schema }: Operation): Promise<string[]> {
  if (body === undefined || schema === undefined) return [];
  const problems = (await checkValue(body, schema)).map((one) => `the body: ${problemText(one)}`);
  const known = isJsonObject(schema.properties) ? schema.properties : undefined;
  if (known === undefined || !isJsonObject(body)) return problems;
  const unknown = Object.keys(body).filter((name) => !Object.hasOwn(known, name));
  return [...problems, ...unknown.map((name) => `the member \`${name}\` of the body is not described`)];
}

async function responseProblems({ status, response }: RecordedCall, operation: Operation): Promise<string[]> {
  const { responses } = operation;
  const described = [String(status), `${Math.floor(status / 100)}XX`, "default"].find((one) =>
    responses.has(one),
  );
  if (described === undefined) {
    return [`the status ${status} is not described; there are ${[...responses.keys()].join(", ")}`];
  }
  const schema = responses.get(described);
  if (schema === undefined) return [];
  if (response === undefined) return [`the response ${status} has no JSON body`];
  const problems = await checkValue(response, schema);
  // Items of a list have the same problem each.
  return problems.map(
    (one) => `the response ${status}: ${problemText(one).replace(/\[\d+\]|\.\d+\b/g, "[]")}`,
  );
}
