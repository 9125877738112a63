import { dateOf } from "../base/date-of.js";
import { EarshotError } from "../base/errors.js";
import { textField } from "../model/json.js";
import { type SourceOptions, sourceOf } from "../verify/source.js";
import { cloudEventsEvents, webhookOrigin } from "./cloud-events.js";
import { allOf } from "./event-format.js";
import { sender } from "./sender.js";

/** Options of {@link azureEventGrid}. */
export interface AzureEventGridOptions extends SourceOptions {
  /** The query parameter of the URL that has the secret. Default `"secret"`. */
  readonly parameter?: string | undefined;
}

/**
 * Azure Event Grid, in its own schema or as CloudEvents: a secret in the query is compared; nothing is signed. Answers
 * the validation of the URL.
 */
export const azureEventGrid = sender<AzureEventGridOptions>(
  {
    title: "Azure Event Grid",
    docs: "https://learn.microsoft.com/en-us/azure/event-grid/end-point-validation-event-grid-events-schema",
    checked: "MicrosoftDocs/azure-docs",
    setup: "An event subscription: the URL with `?secret=…`, a secret that you make up.",
    scheme: {
      provider: "azure-event-grid",
      signature: { form: "token", query: "secret" },
      bodyId: true,
      handshake: [
        {
          method: "POST",
          signed: true,
          member: ["0.eventType", "Microsoft.EventGrid.SubscriptionValidationEvent"],
          challenge: { member: "0.data.validationCode" },
          answer: { member: "validationResponse" },
        },
        { ...webhookOrigin, signed: true },
      ],
    },
    events: {
      read: (body, origin) =>
        body.eventType === undefined
          ? cloudEventsEvents.read(body, origin)
          : {
              name: textField(body.eventType),
              // Publishers choose ids: those of two topics may be equal.
              id: allOf("#", body.topic, body.id) ?? textField(body.id),
              at: dateOf(body.eventTime),
            },
    },
    options: ["parameter"],
  },
  ({ parameter = "secret", ...rest }, scheme) => {
    if (!/^[\w.-]{1,64}$/.test(parameter)) {
      throw new EarshotError("ERR_OPTION", "azure-event-grid: `parameter` is the name of a query parameter.");
    }
    return sourceOf({ ...scheme, signature: { form: "token", query: parameter } }, rest);
  },
);
