import type { JsonObject } from "../../model/json.js";
import { v1 } from "../../protocol/rest-v1.js";
import type { AppCalls } from "../api-adapter.js";
import { commaQuery } from "../query.js";
import { itemsIn, objectIn, objectOf, optionalText, requiredText } from "../read.js";
import type { Requester } from "../request.js";
import { arrayOf, keySchemeIn } from "../schemes.js";
import { countOf, numberedPages, PAGE_SIZE, totalPages } from "./response.js";

export function appCallsV1(requester: Requester): AppCalls {
  const apps = async (signal: AbortSignal | undefined) => {
    const response = objectIn(await requester.call(v1.apps, {}, { signal }), "the apps");
    const read = (item: JsonObject) => ({
      name: (optionalText(item.key) ?? requiredText(item, "name", "the apps")).toLowerCase(),
      schemes: arrayOf(item.auth_schemes),
    });
    return itemsIn(response.items, "the apps", read, (warning) => requester.warn(warning));
  };
  return {
    names: async (signal) => (await apps(signal)).map(({ name }) => name),

    async keyScheme(appName, signal) {
      const app = (await apps(signal)).find(({ name }) => name === appName);
      return keySchemeIn(
        (app?.schemes ?? []).map((scheme) => ({
          scheme: optionalText(objectOf(scheme).mode) ?? optionalText(objectOf(scheme).auth_mode),
          fields: arrayOf(objectOf(scheme).fields).filter((field) => objectOf(field).required === true),
        })),
      );
    },

    async integrations(appName, signal) {
      const what = "the integrations";
      const fetch = async (page: number) => {
        const query = commaQuery({ appName, page, pageSize: PAGE_SIZE });
        const response = objectIn(await requester.call(v1.integrations, {}, { query, signal }), what);
        const read = (item: JsonObject) => ({
          appName: requiredText(item, "appName", what).toLowerCase(),
          id: requiredText(item, "id", what),
          scheme: optionalText(item.authScheme),
          enabled: item.enabled !== false && item.deleted !== true,
        });
        const items = itemsIn(response.items, what, read, (warning) => requester.warn(warning));
        return { items, count: countOf(response.items), total: totalPages(response) };
      };
      const found = [];
      const list = { what, maxPages: requester.maxPages, idOf: ({ id }: { readonly id: string }) => id };
      for await (const page of numberedPages(fetch, list)) found.push(...page);
      // The API description has no filter by app, so servers may ignore it.
      return found.filter((integration) => integration.appName === appName);
    },

    async createIntegration(appName, scheme, signal) {
      const what = `the new integration of ${appName}`;
      const json = {
        name: `${appName}_earshot`,
        appName,
        useComposioAuth: scheme === undefined,
        ...(scheme !== undefined && { authScheme: scheme, authConfig: {} }),
      };
      const response = objectIn(await requester.call(v1.createIntegration, {}, { json, signal }), what);
      return requiredText(response, "id", what);
    },
  };
}
