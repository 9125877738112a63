import { createHmac, randomUUID } from "node:crypto";
import { systemClock } from "../base/clock.js";
import { EarshotError } from "../base/errors.js";
import {
  dateOption,
  hasMembers,
  type OptionTable,
  readOptions,
  textOption,
  withoutDefault,
} from "../base/options.js";
import { shownValue } from "../base/warning.js";
import { WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP, WEBHOOK_VERSION } from "../protocol/headers.js";
import { V3_TRIGGER_MESSAGE, type V3Shape } from "../protocol/shapes.js";

/** A request to post to a webhook endpoint: its headers and its exact body. */
export interface SignedWebhook {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** The options of {@link signedWebhook}. */
export interface SignedWebhookOptions {
  /** The secret of the endpoint. */
  readonly secret: string;
  readonly triggerName: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** What copies of one event have in common. Default: a new one. */
  readonly logId?: string | undefined;
  /** Default: now. */
  readonly at?: Date | undefined;
}

const table = {
  secret: { default: undefined, read: textOption },
  triggerName: { default: undefined, read: textOption },
  payload: {
    default: undefined,
    read: (name, given) => {
      if (hasMembers(given)) return given;
      throw new EarshotError("ERR_OPTION", `\`${name}\` is an object, not ${shownValue(given)}.`);
    },
  },
  logId: withoutDefault<string>(textOption),
  at: withoutDefault<Date>(dateOption),
} satisfies OptionTable<SignedWebhookOptions>;

/**
 * A webhook of the platform in its V3 shape, signed as the platform signs (HMAC-SHA256 of `{id}.{seconds}.{body}`).
 *
 * @throws EarshotError ERR_OPTION
 */
export function signedWebhook(options: SignedWebhookOptions): SignedWebhook {
  readOptions("signedWebhook()", table, options);
  const at = options.at ?? new Date(systemClock.now());
  const id = `msg_${randomUUID()}`;
  const shape: V3Shape = {
    id,
    timestamp: at.toISOString(),
    type: V3_TRIGGER_MESSAGE,
    metadata: {
      log_id: options.logId ?? `log_${randomUUID()}`,
      trigger_slug: options.triggerName,
      trigger_id: "ti_fixture",
      connected_account_id: "ca_fixture",
      auth_config_id: "ac_fixture",
      user_id: "default",
    },
    data: options.payload,
  };
  const body = JSON.stringify(shape);
  const seconds = String(Math.floor(at.getTime() / 1000));
  const signature = createHmac("sha256", options.secret).update(`${id}.${seconds}.${body}`).digest("base64");
  return {
    body,
    headers: {
      "content-type": "application/json",
      [WEBHOOK_ID]: id,
      [WEBHOOK_TIMESTAMP]: seconds,
      [WEBHOOK_SIGNATURE]: `v1,${signature}`,
      [WEBHOOK_VERSION]: "V3",
    },
  };
}
