// OpenAPI descriptions: the operations that they describe, with every `$ref` in place.
import { readFile } from "node:fs/promises";
import { isJsonObject, type JsonObject, type JsonSchema } from "../../src/model/json.js";

/** One call that a description has. */
export interface Operation {
  readonly method: string;
  /** `/api/v3/triggers_types/{slug}` */
  readonly path: string;
  readonly query: ReadonlySet<string>;
  /** Of a JSON body; `undefined` where none is described. */
  readonly body: JsonSchema | undefined;
  readonly isBodyRequired: boolean;
  /** Status → schema of the JSON response; `undefined` where none is described. */
  readonly responses: ReadonlyMap<string, JsonSchema | undefined>;
}

const methods = ["get", "post", "put", "patch", "delete"];

/** @throws Error that names the file */
export async function readDescription(file: string): Promise<readonly Operation[]> {
  let document: unknown;
  try {
    document = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new Error(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  return operationsOf(document, file);
}

/** @param name of the document, for errors. @throws Error where it is no OpenAPI description */
export function operationsOf(document: unknown, name: string): readonly Operation[] {
  if (!isJsonObject(document) || !isJsonObject(document.paths)) {
    throw new Error(`${name} is no OpenAPI description: it has no \`paths\``);
  }
  const resolve = resolverOf(document);
  return Object.entries(document.paths).flatMap(([path, item]) =>
    isJsonObject(item)
      ? methods.flatMap((method) => {
          const operation = resolve(item[method]);
          return isJsonObject(operation)
            ? [operationOf(method, path, operation, resolve(item.parameters))]
            : [];
        })
      : [],
  );
}

function operationOf(method: string, path: string, from: JsonObject, shared: unknown): Operation {
  const parameters = [shared, from.parameters].flatMap((list) => (Array.isArray(list) ? list : []));
  const body = isJsonObject(from.requestBody) ? from.requestBody : {};
  const responses = isJsonObject(from.responses) ? from.responses : {};
  return {
    method: method.toUpperCase(),
    path,
    query: new Set(
      parameters.filter(isJsonObject).flatMap((one) => (one.in === "query" ? [String(one.name)] : [])),
    ),
    body: jsonSchemaOf(body),
    isBodyRequired: body.required === true,
    responses: new Map(
      Object.entries(responses).map(([status, response]) => [
        status,
        isJsonObject(response) ? jsonSchemaOf(response) : undefined,
      ]),
    ),
  };
}

function jsonSchemaOf({ content }: JsonObject): JsonSchema | undefined {
  const media = isJsonObject(content) ? content["application/json"] : undefined;
  return isJsonObject(media) && isJsonObject(media.schema) ? media.schema : undefined;
}

/** Deeper than any schema of an API that is not recursive. */
const DEEPEST = 60;

/** Puts what `$ref` names in its place, and writes OpenAPI's `nullable` as JSON Schema does. */
function resolverOf(document: JsonObject): (value: unknown) => unknown {
  const target = (ref: string): unknown =>
    ref
      .replace(/^#\//, "")
      .split("/")
      .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
      .reduce<unknown>((at, step) => (isJsonObject(at) ? at[step] : undefined), document);
  const resolve = (value: unknown, depth: number): unknown => {
    // A schema within itself allows everything from there on.
    if (depth > DEEPEST) return {};
    if (Array.isArray(value)) return value.map((one) => resolve(one, depth + 1));
    if (!isJsonObject(value)) return value;
    if (typeof value.$ref === "string") return resolve(target(value.$ref), depth + 1);
    const { nullable, ...rest } = value;
    const resolved = Object.fromEntries(
      Object.entries(rest).map(([key, member]) => [key, resolve(member, depth + 1)]),
    );
    if (nullable !== true) return resolved;
    // `nullable` alone says nothing of a type.
    return Object.keys(resolved).length === 0 ? {} : { anyOf: [resolved, { type: "null" }] };
  };
  return (value) => resolve(value, 0);
}
