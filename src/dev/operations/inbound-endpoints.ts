import { nowIso, type PlatformContext } from "../context.js";
import { HttpProblem } from "../http/http-problem.js";
import type { InboundEndpoint } from "../state/project.js";
import { findApp } from "./accounts.js";

/** A value of the user's OAuth app that an endpoint needs. */
interface SetupField {
  readonly display_name: string;
  readonly description: string;
  readonly is_required: boolean;
  readonly is_secret: boolean;
}

/** The field whose value signs requests. */
export const SIGNING_SECRET = "webhook_signing_secret";

const field = (display_name: string, description: string, is_required: boolean): SetupField => ({
  display_name,
  description,
  is_required,
  is_secret: true,
});

const slackFields: Readonly<Record<string, SetupField>> = {
  [SIGNING_SECRET]: field("Signing secret", "Basic Information, App Credentials.", true),
  app_token: field("App-level token", "Basic Information, App-Level Tokens: xapp-…", true),
};
const otherFields: Readonly<Record<string, SetupField>> = {
  [SIGNING_SECRET]: field("Webhook token", "Sent with each event, in the header x-webhook-token.", true),
};

/** The state is bounded. */
const MOST_ENDPOINTS = 1_000;
const LONGEST_VALUE = 4_096;

/** @throws HttpProblem 404 for an unknown app */
export function setupFields(context: PlatformContext, app: string): Readonly<Record<string, SetupField>> {
  const { name } = findApp(context, app);
  return name === "slack" ? slackFields : otherFields;
}

/** @throws HttpProblem 404 */
export function findEndpoint(context: PlatformContext, id: string): InboundEndpoint {
  const found = context.state.settings.endpoints.find((one) => one.id === id);
  if (found !== undefined) return found;
  throw new HttpProblem(404, `There is no webhook endpoint ${id}`, {
    suggestion: "List the webhook endpoints",
  });
}

/** The endpoint of an app and a client id: the one that is there, else a new one. */
export function createEndpoint(
  context: PlatformContext,
  app: string,
  clientId: string,
): { readonly endpoint: InboundEndpoint; readonly isNew: boolean } {
  const { name: appName } = findApp(context, app);
  const { endpoints } = context.state.settings;
  const known = endpoints.find((one) => one.appName === appName && one.clientId === clientId);
  if (known !== undefined) return { endpoint: known, isNew: false };
  if (endpoints.length >= MOST_ENDPOINTS) {
    throw new HttpProblem(400, `There are ${MOST_ENDPOINTS} webhook endpoints already`);
  }
  const endpoint: InboundEndpoint = {
    id: context.ids.nano("we"),
    appName,
    clientId,
    fields: {},
    verifiedAt: null,
    isChallenged: false,
    createdAt: nowIso(context),
  };
  put(context, endpoint);
  return { endpoint, isNew: true };
}

/**
 * Stores the secrets of the OAuth app. With all of them the endpoint is verified: the app that would send its
 * challenge cannot reach this machine.
 *
 * @param data anything: it came in a body
 * @throws HttpProblem 400
 */
export function storeFields(
  context: PlatformContext,
  endpoint: InboundEndpoint,
  data: unknown,
  act: "merge" | "replace",
): InboundEndpoint {
  const known = setupFields(context, endpoint.appName);
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    throw new HttpProblem(400, "`data` is an object of the endpoint's fields");
  }
  for (const [name, value] of Object.entries(data)) {
    if (!Object.hasOwn(known, name)) {
      const names = Object.keys(known).join(", ");
      throw new HttpProblem(400, `An endpoint of ${endpoint.appName} has no field ${name}; it has ${names}`);
    }
    if (typeof value !== "string" || value === "" || value.length > LONGEST_VALUE) {
      throw new HttpProblem(400, `\`data.${name}\` is a string that is not empty`);
    }
  }
  const fields = { ...(act === "merge" && endpoint.fields), ...(data as Record<string, string>) };
  const missing = Object.keys(known).filter((name) => known[name]?.is_required && fields[name] === undefined);
  if (act === "replace" && missing.length > 0) {
    throw new HttpProblem(400, `Required fields are missing: ${missing.join(", ")}`);
  }
  const verifiedAt = endpoint.verifiedAt ?? (missing.length === 0 ? nowIso(context) : null);
  return put(context, { ...endpoint, fields, verifiedAt });
}

/** Notes that the app has sent its challenge. @throws HttpProblem 400 for a second one */
export function challenged(context: PlatformContext, endpoint: InboundEndpoint): void {
  if (endpoint.isChallenged) {
    throw new HttpProblem(400, `The webhook endpoint ${endpoint.id} is verified already`);
  }
  put(context, { ...endpoint, isChallenged: true, verifiedAt: endpoint.verifiedAt ?? nowIso(context) });
}

function put(context: PlatformContext, endpoint: InboundEndpoint): InboundEndpoint {
  const { settings } = context.state;
  const isKnown = settings.endpoints.some(({ id }) => id === endpoint.id);
  const endpoints = isKnown
    ? settings.endpoints.map((one) => (one.id === endpoint.id ? endpoint : one))
    : [...settings.endpoints, endpoint];
  context.state.settings = { ...settings, endpoints };
  return endpoint;
}
