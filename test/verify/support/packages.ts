import { requireCompat as require } from "../../compat/packages.js";

/** The part of each package that a test calls: the types of these packages take too long to check. */

export function stripePackage() {
  const Stripe = require("stripe") as new (
    key: string,
  ) => {
    webhooks: {
      generateTestHeaderString(facts: { payload: string; secret: string; timestamp: number }): string;
      constructEvent(body: string, header: string, secret: string, toleranceSeconds?: number): unknown;
    };
  };
  return new Stripe("sk_test_none");
}

export function notionPackage() {
  return require("@notionhq/client") as {
    signWebhookPayload(facts: { body: string; verificationToken: string }): Promise<string>;
    verifyWebhookSignature(facts: {
      body: string;
      signature: string;
      verificationToken: string;
    }): Promise<boolean>;
  };
}

export function slackPackage() {
  return require("slack-edge") as {
    verifySlackRequest(secret: string, headers: Headers, body: string): Promise<boolean>;
  };
}

export function linearPackage() {
  return require("@linear/sdk/webhooks") as {
    LinearWebhookClient: new (secret: string) => { verify(body: Buffer, signature: string): boolean };
  };
}

export function paddlePackage() {
  const { Paddle } = require("@paddle/paddle-node-sdk") as {
    Paddle: new (
      key: string,
    ) => {
      webhooks: { isSignatureValid(body: string, secret: string, header: string): Promise<boolean> };
    };
  };
  return new Paddle("none");
}

export function whatsappPackage() {
  const { WhatsAppAPI } = require("whatsapp-api-js") as {
    WhatsAppAPI: new (facts: {
      token: string;
      v: string;
      appSecret: string;
      webhookVerifyToken: string;
    }) => {
      verifyRequestSignature(body: string, signature: string): Promise<boolean>;
      get(query: Record<string, string>): string;
    };
  };
  return new WhatsAppAPI({
    token: "none",
    v: "v24.0",
    appSecret: "8f14e45fceea167a5a36dedd4bea2543",
    webhookVerifyToken: "typed-into-the-form",
  });
}
