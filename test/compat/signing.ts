export { sign as octokitSign, verify as octokitVerify } from "@octokit/webhooks-methods";
export { verifyKey } from "discord-interactions";
export { Webhook as StandardWebhook } from "standardwebhooks";
export { Webhook as SvixWebhook } from "svix";
