import { createHash } from "node:crypto";
import type { Account } from "../state/accounts.js";
import { schemesWithKey } from "../state/auth-configs.js";

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; display: grid; min-height: 100vh; place-items: center; }
main { max-width: 26rem; margin: 1rem; padding: 2rem; border: 1px solid #8886; border-radius: .75rem; }
h1 { margin: 0 0 .5rem; font-size: 1.4rem; }
code { overflow-wrap: anywhere; }
label { display: block; margin: 1rem 0 0; }
input { display: block; box-sizing: border-box; width: 100%; margin-top: .25rem; padding: .5rem; font: inherit; }
.buttons { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: 1.5rem; }
button { padding: .5rem 1rem; border: 1px solid #8888; border-radius: .5rem; background: none; color: inherit; font: inherit; cursor: pointer; }
button[value="allow"] { background: #0b5fff; border-color: #0b5fff; color: #fff; }
`;

/** What a connect page shows. */
export interface ConnectPage {
  readonly account: Account;
  /** For people: `GitHub`. */
  readonly appDisplayName: string;
  /** Sent back with the form: no other page knows it. */
  readonly formToken: string;
  /** What is wrong with the last answer. */
  readonly problem?: string;
}

/** The page on which the user allows or denies that an account is connected, or what came of it. */
export function connectPage({ account, appDisplayName, formToken, problem }: ConnectPage): string {
  const app = escaped(appDisplayName);
  if (account.status !== "INITIATED") {
    const [title, text] = outcomes[account.status] ?? [`The account is ${account.status}`, ""];
    return html(`${app}: ${title}`, `<h1>${title}</h1><p>${text} You can close this page.</p>`);
  }
  const needsKey = schemesWithKey.some((one) => one === account.scheme && one !== "NO_AUTH");
  return html(
    `Connect ${app}`,
    `<h1>Connect ${app}</h1>
<p>The user <code>${escaped(account.userId)}</code> is to act in ${app} through this platform.</p>
<p>This is the local platform: no real account is opened, and nothing leaves this machine.</p>
${problem === undefined ? "" : `<p role="alert">${escaped(problem)}</p>`}
<form method="post">
<input type="hidden" name="form_token" value="${escaped(formToken)}">
${needsKey ? `<label>API key <input type="password" name="api_key" autocomplete="off"></label>` : ""}
<div class="buttons">
<button name="answer" value="allow">Allow</button>
<button name="answer" value="deny">Deny</button>
<button name="answer" value="expire">Let it expire</button>
</div>
</form>`,
  );
}

/** A page that only says something. @param title plain text @param text plain text */
export function messagePage(title: string, text: string): string {
  return html(escaped(title), `<h1>${escaped(title)}</h1><p>${escaped(text)}</p>`);
}

/**
 * The headers of a connect page: it loads nothing, runs nothing, stands in no frame, and its form goes to this server.
 *
 * @param goesBackTo where an answer redirects to: browsers hold a form to its policy there too
 */
export function pageHeaders(goesBackTo: string | undefined): Record<string, string> {
  const styleHash = createHash("sha256").update(STYLE).digest("base64");
  const formAction = goesBackTo === undefined ? "'self'" : `'self' ${new URL(goesBackTo).origin}`;
  return {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": `default-src 'none'; style-src 'sha256-${styleHash}'; form-action ${formAction}; base-uri 'none'; frame-ancestors 'none'`,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    // The link must not reach another site. With `no-referrer`, browsers would hide the form's origin from us, too.
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
  };
}

const outcomes: Readonly<Partial<Record<Account["status"], readonly [title: string, text: string]>>> = {
  ACTIVE: ["Connected", "The account is active."],
  FAILED: ["Not connected", "Access was denied."],
  EXPIRED: ["Expired", "The page was not answered in time. Start again to get a new one."],
};

/** @param title markup @param body markup */
function html(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body><main>${body}</main></body>
</html>
`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => entities[char] ?? char);
}
