import { EarshotError } from "../../base/errors.js";
import { isJsonObject, type JsonObject } from "../../model/json.js";
import type { Account, AccountLink } from "./accounts.js";
import { accountStatuses } from "./accounts.js";
import type { ProjectApiKey } from "./api-keys.js";
import type { AuthConfig } from "./auth-configs.js";
import type { Instance } from "./instances.js";
import type { InboundEndpoint, Project, ProjectSettings, WebhookSubscription } from "./project.js";

/** Everything that survives a restart, except the event log. */
export interface Snapshot {
  readonly project: Project;
  readonly settings: ProjectSettings;
  readonly accounts: readonly Account[];
  readonly instances: readonly Instance[];
  readonly apiKeys: readonly ProjectApiKey[];
  readonly authConfigs: readonly AuthConfig[];
}

const FORMAT = 1;

export function snapshotText(snapshot: Snapshot): string {
  return `${JSON.stringify({ format: FORMAT, ...snapshot }, null, 1)}\n`;
}

/**
 * Reads what {@link snapshotText} wrote.
 *
 * @param file its path, for the message
 * @throws EarshotError ERR_PLATFORM_STATE, naming the member that is wrong
 */
export function parseSnapshot(text: string, file: string): Snapshot {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw stateError(file, "it is not JSON", error);
  }
  const read = readerOf(file);
  const root = read.object(value, "the file");
  if (root.format !== FORMAT) {
    throw stateError(file, `its format is ${JSON.stringify(root.format)}, not ${FORMAT}`);
  }
  return {
    project: project(read, root.project),
    settings: settings(read, root.settings),
    accounts: read.array(root.accounts, "accounts").map((item, at) => account(read, item, `accounts[${at}]`)),
    instances: read
      .array(root.instances, "instances")
      .map((item, at) => instance(read, item, `instances[${at}]`)),
    apiKeys: read.array(root.apiKeys, "apiKeys").map((item, at) => apiKey(read, item, `apiKeys[${at}]`)),
    // Missing in files of versions that had none.
    authConfigs: read
      .array(root.authConfigs ?? [], "authConfigs")
      .map((item, at) => authConfig(read, item, `authConfigs[${at}]`)),
  };
}

/** @param reason a clause: `it is not JSON` */
export function stateError(file: string, reason: string, cause?: unknown): EarshotError {
  return new EarshotError(
    "ERR_PLATFORM_STATE",
    `The local platform's data in ${file} cannot be used: ${reason}. The file was left as it is.`,
    { cause },
  );
}

type Reader = ReturnType<typeof readerOf>;

function readerOf(file: string) {
  const fail = (at: string, wanted: string) => stateError(file, `\`${at}\` is not ${wanted}`);
  return {
    fail,
    object(value: unknown, at: string): JsonObject {
      if (!isJsonObject(value)) throw fail(at, "an object");
      return value;
    },
    array(value: unknown, at: string): readonly unknown[] {
      if (!Array.isArray(value)) throw fail(at, "an array");
      return value;
    },
    text(from: JsonObject, name: string, at: string): string {
      const value = from[name];
      if (typeof value !== "string") throw fail(`${at}.${name}`, "a string");
      return value;
    },
    time(from: JsonObject, name: string, at: string): string {
      const value = from[name];
      if (typeof value !== "string" || Number.isNaN(Date.parse(value))) throw fail(`${at}.${name}`, "a time");
      return value;
    },
    oneOf<const Value extends string>(
      from: JsonObject,
      name: string,
      at: string,
      values: readonly Value[],
    ): Value {
      const found = values.find((value) => value === from[name]);
      if (found === undefined) throw fail(`${at}.${name}`, `one of ${values.join(", ")}`);
      return found;
    },
  };
}

function project(read: Reader, value: unknown): Project {
  const at = "project";
  const from = read.object(value, at);
  if (!Number.isSafeInteger(from.clientNumber)) throw read.fail(`${at}.clientNumber`, "a whole number");
  return {
    uuid: read.text(from, "uuid", at),
    id: read.text(from, "id", at),
    clientId: read.text(from, "clientId", at),
    clientNumber: Number(from.clientNumber),
    orgId: read.text(from, "orgId", at),
    name: read.text(from, "name", at),
    email: read.text(from, "email", at),
    appKey: read.text(from, "appKey", at),
    appSecret: read.text(from, "appSecret", at),
    createdAt: read.time(from, "createdAt", at),
  };
}

function settings(read: Reader, value: unknown): ProjectSettings {
  const from = read.object(value, "settings");
  return {
    webhookSecret: read.text(from, "webhookSecret", "settings"),
    newWebhook: from.newWebhook === true,
    subscription: from.subscription === undefined ? undefined : subscription(read, from.subscription),
    // Files of older versions have none.
    endpoints: read
      .array(from.endpoints ?? [], "settings.endpoints")
      .map((item, at) => endpoint(read, item, `settings.endpoints[${at}]`)),
  };
}

function subscription(read: Reader, value: unknown): WebhookSubscription {
  const at = "settings.subscription";
  const from = read.object(value, at);
  const events = read.array(from.enabledEvents, `${at}.enabledEvents`);
  return {
    id: read.text(from, "id", at),
    url: read.text(from, "url", at),
    version: read.oneOf(from, "version", at, ["V1", "V2", "V3"]),
    enabledEvents: events.map(String),
    createdAt: read.time(from, "createdAt", at),
    updatedAt: read.time(from, "updatedAt", at),
  };
}

function endpoint(read: Reader, value: unknown, at: string): InboundEndpoint {
  const from = read.object(value, at);
  const fields = read.object(from.fields, `${at}.fields`);
  return {
    id: read.text(from, "id", at),
    appName: read.text(from, "appName", at),
    clientId: read.text(from, "clientId", at),
    fields: Object.fromEntries(
      Object.keys(fields).map((name) => [name, read.text(fields, name, `${at}.fields`)]),
    ),
    verifiedAt: from.verifiedAt === null ? null : read.time(from, "verifiedAt", at),
    isChallenged: from.isChallenged === true,
    createdAt: read.time(from, "createdAt", at),
  };
}

function account(read: Reader, value: unknown, at: string): Account {
  const from = read.object(value, at);
  return {
    uuid: read.text(from, "uuid", at),
    nanoId: read.text(from, "nanoId", at),
    integrationUuid: read.text(from, "integrationUuid", at),
    authConfigNanoId: read.text(from, "authConfigNanoId", at),
    appName: read.text(from, "appName", at),
    userId: read.text(from, "userId", at),
    status: read.oneOf(from, "status", at, accountStatuses),
    createdAt: read.time(from, "createdAt", at),
    updatedAt: read.time(from, "updatedAt", at),
    ...(from.isShared === true && { isShared: true }),
    ...(from.scheme !== undefined && { scheme: read.text(from, "scheme", at) }),
    ...(from.link !== undefined && { link: link(read, from.link, `${at}.link`) }),
  };
}

function link(read: Reader, value: unknown, at: string): AccountLink {
  const from = read.object(value, at);
  return {
    token: read.text(from, "token", at),
    ...(from.callbackUrl !== undefined && { callbackUrl: read.text(from, "callbackUrl", at) }),
    expiresAt: read.time(from, "expiresAt", at),
  };
}

function authConfig(read: Reader, value: unknown, at: string): AuthConfig {
  const from = read.object(value, at);
  return {
    uuid: read.text(from, "uuid", at),
    nanoId: read.text(from, "nanoId", at),
    appName: read.text(from, "appName", at),
    name: read.text(from, "name", at),
    scheme: read.text(from, "scheme", at),
    isManaged: from.isManaged === true,
    isDisabled: from.isDisabled === true,
    isDeleted: from.isDeleted === true,
    createdAt: read.time(from, "createdAt", at),
    updatedAt: read.time(from, "updatedAt", at),
  };
}

function instance(read: Reader, value: unknown, at: string): Instance {
  const from = read.object(value, at);
  return {
    uuid: read.text(from, "uuid", at),
    nanoId: read.text(from, "nanoId", at),
    triggerName: read.text(from, "triggerName", at),
    accountUuid: read.text(from, "accountUuid", at),
    config: read.object(from.config, `${at}.config`),
    createdAt: read.time(from, "createdAt", at),
    updatedAt: read.time(from, "updatedAt", at),
    disabledAt: from.disabledAt === null ? null : read.time(from, "disabledAt", at),
    ...(from.disabledReason !== undefined && { disabledReason: read.text(from, "disabledReason", at) }),
  };
}

function apiKey(read: Reader, value: unknown, at: string): ProjectApiKey {
  const from = read.object(value, at);
  return {
    id: read.text(from, "id", at),
    name: read.text(from, "name", at),
    key: read.text(from, "key", at),
    createdAt: read.time(from, "createdAt", at),
  };
}
