import { createHash, timingSafeEqual } from "node:crypto";
import { isJsonObject } from "../../model/json.js";
import type { PlatformContext } from "../context.js";
import { type Call, type Endpoint, param } from "../http/endpoint.js";
import { expireLinks } from "../operations/accounts.js";
import { answerLink, callbackOf, type LinkAnswer } from "../operations/connect.js";
import type { Account } from "../state/accounts.js";
import { schemesWithKey } from "../state/auth-configs.js";
import { connectPage, messagePage, pageHeaders } from "./page.js";

/** Where connect pages are. */
const CONNECT_PATH = "/connect";

/** The address of an account's connect page; `undefined` where it has none. */
export function linkUrl(c: Call, { link }: Account): string | undefined {
  return link === undefined ? undefined : `${new URL(c.req.url).origin}${CONNECT_PATH}/${link.token}`;
}

/** The connect page: opened by a browser, so without an API key; its link is the secret. */
export function connectEndpoints(context: PlatformContext): Endpoint[] {
  const find = (c: Call): Account | undefined => {
    expireLinks(context);
    return context.state.accounts.withLink(param(c, "token"));
  };
  const show = (c: Call, account: Account, status = 200, problem?: string) => {
    const page = connectPage({
      account,
      appDisplayName:
        context.types.apps.find(({ name }) => name === account.appName)?.displayName ?? account.appName,
      formToken: formTokenOf(context, account),
      ...(problem !== undefined && { problem }),
    });
    return c.body(page, status as 200, pageHeaders(account.link?.callbackUrl));
  };
  const gone = (c: Call) => {
    const text = "This link is not known. It was used before, or the local platform was started anew.";
    return c.body(messagePage("No such link", text), 404, pageHeaders(undefined));
  };
  return [
    {
      method: "GET",
      path: `${CONNECT_PATH}/{token}`,
      open: true,
      handle(c) {
        const account = find(c);
        return account === undefined ? gone(c) : show(c, account);
      },
    },
    {
      method: "POST",
      path: `${CONNECT_PATH}/{token}`,
      open: true,
      handle(c) {
        const account = find(c);
        if (account === undefined) return gone(c);
        if (account.status !== "INITIATED") return show(c, account, 409);
        const form = isJsonObject(c.var.body) ? c.var.body : {};
        if (!isSame(form.form_token, formTokenOf(context, account))) {
          return show(c, account, 403, "The form was not sent by this page. Please try again.");
        }
        const answer = answers.find((one) => one === form.answer);
        if (answer === undefined) return show(c, account, 400, "Choose one of the buttons.");
        const needsKey = schemesWithKey.some((one) => one === account.scheme && one !== "NO_AUTH");
        if (answer === "allow" && needsKey && !form.api_key)
          return show(c, account, 400, "The API key is missing.");
        const answered = answerLink(context, account, answer);
        const callback = callbackOf(answered);
        return callback === undefined ? show(c, answered) : c.redirect(callback, 303);
      },
    },
  ];
}

const answers: readonly LinkAnswer[] = ["allow", "deny", "expire"];

function formTokenOf(context: PlatformContext, { link }: Account): string {
  return createHash("sha256").update(`form ${link?.token} ${context.state.project.appSecret}`).digest("hex");
}

function isSame(given: unknown, wanted: string): boolean {
  if (typeof given !== "string") return false;
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}
