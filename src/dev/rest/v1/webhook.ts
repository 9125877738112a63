import { v1 } from "../../../protocol/rest-v1.js";
import type { PlatformContext } from "../../context.js";
import { type Endpoint, type EndpointHandler, fieldsOf } from "../../http/endpoint.js";
import { HttpProblem } from "../../http/http-problem.js";
import { deleteWebhook, putWebhook, setWebhookFormat } from "../../operations/webhook-subscription.js";

/** The one URL that every trigger's webhook goes to. */
export function webhookEndpointsV1(context: PlatformContext): Endpoint[] {
  const setCallbackUrl: EndpointHandler = (c) => {
    const { callbackURL } = fieldsOf(c);
    if (typeof callbackURL !== "string") throw new HttpProblem(400, "`callbackURL` is a URL, as text");
    if (callbackURL === "") deleteWebhook(context);
    else putWebhook(context, { url: callbackURL });
    return c.json({ status: "success", message: "The callback URL is set" });
  };
  return [
    { ...v1.setCallbackUrl, handle: setCallbackUrl },
    // The same under the name that the published Python client calls it by.
    { method: "POST", path: "/api/v1/triggers/setCallbackURL", handle: setCallbackUrl },
    {
      ...v1.callbackUrl,
      handle(c) {
        const url = context.state.settings.subscription?.url;
        return c.json({ status: "success", ...(url !== undefined && { callbackURL: url }) });
      },
    },
    {
      ...v1.setWebhookFormat,
      handle(c) {
        const { id, isNewWebhook } = fieldsOf(c);
        const { project } = context.state;
        if (typeof isNewWebhook !== "boolean") throw new HttpProblem(400, "`isNewWebhook` is true or false");
        if (![project.clientId, project.id, project.uuid].some((one) => one === id)) {
          throw new HttpProblem(404, `There is no client ${JSON.stringify(id)}; it is ${project.clientId}`);
        }
        setWebhookFormat(context, isNewWebhook);
        return c.json({ status: "success" });
      },
    },
  ];
}
