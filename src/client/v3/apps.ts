import { ApiError } from "../../base/errors.js";
import type { JsonObject } from "../../model/json.js";
import { v3 } from "../../protocol/rest-v3.js";
import type { AppCalls, Integration } from "../api-adapter.js";
import { objectIn, objectOf, optionalText, requiredText } from "../read.js";
import type { Requester } from "../request.js";
import { arrayOf, keySchemeIn } from "../schemes.js";
import { cursorPages, LONG_PAGE } from "./pages.js";

export function appCallsV3(requester: Requester): AppCalls {
  return {
    async names(signal) {
      const slugs: string[] = [];
      const read = (item: JsonObject) => requiredText(item, "slug", "the toolkits");
      for await (const page of cursorPages(requester, v3.toolkits, {}, read, signal, LONG_PAGE)) {
        slugs.push(...page.map((slug) => slug.toLowerCase()));
      }
      return slugs;
    },

    async keyScheme(appName, signal) {
      try {
        const response = await requester.call(v3.toolkit, { slug: appName }, { signal });
        const toolkit = objectIn(response, `toolkit ${appName}`);
        return keySchemeIn(
          arrayOf(toolkit.auth_config_details).map((detail) => ({
            scheme: optionalText(objectOf(detail).mode),
            fields: objectOf(objectOf(objectOf(detail).fields).connected_account_initiation).required,
          })),
        );
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return undefined;
        throw error;
      }
    },

    async integrations(appName, signal) {
      const found: Integration[] = [];
      const params = { toolkit_slug: appName };
      const read = (item: JsonObject) => ({
        appName: requiredText(item, "toolkit.slug", "the auth configs").toLowerCase(),
        id: requiredText(item, "id", "the auth configs"),
        scheme: optionalText(item.auth_scheme),
        enabled: optionalText(item.status)?.toUpperCase() !== "DISABLED",
      });
      for await (const page of cursorPages(requester, v3.authConfigs, params, read, signal)) {
        found.push(...page.filter((config) => config.appName === appName));
      }
      return found;
    },

    async createIntegration(appName, scheme, signal) {
      const what = `the new auth config of ${appName}`;
      const config =
        scheme === undefined
          ? { type: "use_composio_managed_auth" }
          : { type: "use_custom_auth", authScheme: scheme, credentials: {} };
      const json = { toolkit: { slug: appName }, auth_config: config };
      const response = objectIn(await requester.call(v3.createAuthConfig, {}, { json, signal }), what);
      return requiredText(response, "auth_config.id", what);
    },
  };
}
