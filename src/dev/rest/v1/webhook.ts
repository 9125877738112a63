import { v1 } from "../../../protocol/rest-v1.js";
import { deleteWebhook, putWebhook, setWebhookFormat } from "../../operations/webhook-subscription.js";
import type { Core } from "../../context.js";
import { json } from "../../http/answer.js";
import { Problem } from "../../http/problem.js";
import { type Endpoint, fieldsOf, type Handler } from "../../http/router.js";

/** The one URL that every trigger's webhook goes to. */
export function webhookEndpoints(core: Core): Endpoint[] {
  const setCallbackUrl: Handler = (call) => {
    const { callbackURL } = fieldsOf(call);
    if (typeof callbackURL !== "string") throw new Problem(400, "`callbackURL` is a URL, as text");
    if (callbackURL === "") deleteWebhook(core);
    else putWebhook(core, { url: callbackURL });
    return json({ status: "success", message: "The callback URL is set" });
  };
  return [
    { ...v1.setCallbackUrl, handle: setCallbackUrl },
    // The same under the name that the published Python client calls it by.
    { method: "POST", path: "/api/v1/triggers/setCallbackURL", handle: setCallbackUrl },
    {
      ...v1.callbackUrl,
      handle() {
        const url = core.state.settings.subscription?.url;
        return json({ status: "success", ...(url !== undefined && { callbackURL: url }) });
      },
    },
    {
      ...v1.setWebhookFormat,
      handle(call) {
        const { id, isNewWebhook } = fieldsOf(call);
        const { project } = core.state;
        if (typeof isNewWebhook !== "boolean") throw new Problem(400, "`isNewWebhook` is true or false");
        if (![project.clientId, project.id, project.uuid].some((one) => one === id)) {
          throw new Problem(404, `There is no client ${JSON.stringify(id)}; it is ${project.clientId}`);
        }
        setWebhookFormat(core, isNewWebhook);
        return json({ status: "success" });
      },
    },
  ];
}
