import type { CatalogTrigger } from "../../../catalog/types.js";
import { v3 } from "../../../protocol/rest-v3.js";
import type { PlatformContext } from "../../context.js";
import { type Endpoint, param, queryOf } from "../../http/endpoint.js";
import { cursorPage, SHORT_PAGE } from "../../http/page.js";
import { findType } from "../../operations/triggers.js";
import { LOGO } from "../logo.js";

/** Trigger types. Every toolkit has one version here, so `toolkit_versions` chooses nothing. */
export function triggerEndpointsV3(context: PlatformContext): Endpoint[] {
  return [
    {
      ...v3.triggers,
      handle(c) {
        const query = queryOf(c);
        const toolkits = query.list("toolkit_slugs")?.map((slug) => slug.toLowerCase());
        const found = context.types.all.filter(
          (type) => toolkits?.includes(type.appName.toLowerCase()) ?? true,
        );
        return c.json(cursorPage(found.map(shown), query, SHORT_PAGE));
      },
    },
    { ...v3.triggerNames, handle: (c) => c.json(context.types.names) },
    // 400 and not 404 for a slug that is not known: so does the real one.
    { ...v3.trigger, handle: (c) => c.json(shown(findType(context, param(c, "slug"), 400))) },
  ];
}

function shown(type: CatalogTrigger) {
  return {
    slug: type.name,
    name: type.displayName,
    description: type.description,
    instructions: type.instructions,
    type: type.type,
    toolkit: { slug: type.appName.toLowerCase(), name: type.appDisplayName, logo: LOGO },
    config: type.config,
    payload: type.payload,
    version: type.version,
    requires_webhook_endpoint_setup: type.requiresWebhookEndpoint,
  };
}
