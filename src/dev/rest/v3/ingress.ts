import { createHmac, timingSafeEqual } from "node:crypto";
import { EarshotError } from "../../../base/errors.js";
import { isJsonObject, type JsonObject } from "../../../model/json.js";
import type { ApiContext } from "../../api/context.js";
import type { PlatformContext } from "../../context.js";
import { type Call, type Endpoint, param } from "../../http/endpoint.js";
import { HttpProblem } from "../../http/http-problem.js";
import { challenged, findEndpoint, SIGNING_SECRET } from "../../operations/inbound-endpoints.js";
import type { InboundEndpoint } from "../../state/project.js";

/** How old a signed request may be, seconds. */
const TOLERANCE_SECONDS = 300;

/** Where OAuth apps send their events. The signature is checked; then the triggers of the event fire. */
export function ingressEndpoints(api: ApiContext): Endpoint[] {
  const { context, fire } = api;
  return [
    {
      method: "POST",
      path: "/api/v3.1/webhook_ingress/{toolkit}/{id}/trigger_event",
      open: true,
      raw: true,
      handle(c) {
        const endpoint = findEndpoint(context, param(c, "id"));
        if (endpoint.appName !== param(c, "toolkit").toLowerCase()) {
          throw new HttpProblem(404, `${endpoint.id} is not a webhook endpoint of ${param(c, "toolkit")}`);
        }
        const text = typeof c.var.body === "string" ? c.var.body : "";
        const isSlack = endpoint.appName === "slack";
        if (!(isSlack ? isSignedBySlack(c, context, endpoint, text) : hasToken(c, endpoint))) {
          throw new HttpProblem(400, "The request is not signed with the endpoint's secret");
        }
        const body = objectIn(text);
        if (isSlack && body.type === "url_verification" && typeof body.challenge === "string") {
          challenged(context, endpoint);
          return c.json({ challenge: body.challenge });
        }
        const event = isSlack ? slackEvent(body) : otherEvent(body);
        const fired = event === undefined ? 0 : fireEach(context, fire, event);
        return c.json({ status: "success", triggers_fired: fired });
      },
    },
  ];
}

/** A trigger to fire, and its payload. */
interface InboundEvent {
  readonly name: string;
  readonly payload: JsonObject;
}

/** @returns for how many instances it fired: none where the trigger is not enabled */
function fireEach(
  context: PlatformContext,
  fire: ApiContext["fire"],
  { name, payload }: InboundEvent,
): number {
  if (context.types.get(name) === undefined || !context.triggersEnabled) return 0;
  try {
    return fire(name, { data: payload }).events.length;
  } catch (error) {
    if (error instanceof EarshotError && error.code === "ERR_TRIGGER_NOT_ENABLED") return 0;
    throw error;
  }
}

/** An event of Slack's Events API. */
function slackEvent({ event }: JsonObject): InboundEvent | undefined {
  if (!isJsonObject(event)) return undefined;
  const { type, ...payload } = event;
  if (type === "reaction_added") return { name: "SLACK_MESSAGE_REACTION_ADDED", payload };
  if (type !== "message") return undefined;
  const isDirect = event.channel_type === "im" || event.channel_type === "mpim";
  return { name: isDirect ? "SLACK_DIRECT_MESSAGE_RECEIVED" : "SLACK_CHANNEL_MESSAGE_RECEIVED", payload };
}

/** Any other app's event: `{type: "ACME_ORDER_PLACED", data}`. */
function otherEvent({ type, data }: JsonObject): InboundEvent | undefined {
  return typeof type === "string" && isJsonObject(data) ? { name: type, payload: data } : undefined;
}

/** https://docs.slack.dev/authentication/verifying-requests-from-slack */
function isSignedBySlack(
  c: Call,
  { clock }: PlatformContext,
  endpoint: InboundEndpoint,
  text: string,
): boolean {
  const secret = endpoint.fields[SIGNING_SECRET];
  const time = c.req.header("x-slack-request-timestamp") ?? "";
  if (secret === undefined || !/^\d{1,12}$/.test(time)) return false;
  if (Math.abs(clock.now() / 1000 - Number(time)) > TOLERANCE_SECONDS) return false;
  const digest = createHmac("sha256", secret).update(`v0:${time}:${text}`).digest("hex");
  return isSame(c.req.header("x-slack-signature") ?? "", `v0=${digest}`);
}

function hasToken(c: Call, { fields }: InboundEndpoint): boolean {
  const token = fields[SIGNING_SECRET];
  return token !== undefined && isSame(c.req.header("x-webhook-token") ?? "", token);
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function objectIn(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (isJsonObject(value)) return value;
  throw new HttpProblem(400, "The body is to be a JSON object");
}
