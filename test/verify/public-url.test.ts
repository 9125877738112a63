import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { hubspot, type Source, trello, twilio, verifyWebhook } from "../../src/verify/index.js";

const secret = "a secret of some length";
const publicUrl = "https://hooks.example.com/hubspot";
const now = 1_750_000_000_000;

/** A request of HubSpot, signed over this URL. */
function send(source: Source, query: string, signedUrl: string, body = "[{}]") {
  const content = `POST${signedUrl}${body}${now}`;
  return verifyWebhook(
    source,
    {
      body,
      url: `/hubspot${query}`,
      headers: {
        "x-hubspot-signature-v3": createHmac("sha256", secret).update(content).digest("base64"),
        "x-hubspot-request-timestamp": String(now),
      },
    },
    now,
  );
}

// https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
test("HubSpot's URL is verified with the characters decoded that HubSpot decodes before it signs", async () => {
  const source = hubspot({ secrets: secret, publicUrl });
  const query = "?to=https%3A%2F%2fexample.com%3Fa%20b%25%26&at=%40%21%24%27%28%29%2A%2C%3B";
  const decoded = "?to=https://example.com?a%20b%25%26&at=@!$'()*,;";
  const large = JSON.stringify([{ text: "x".repeat(20_000) }]);
  await send(source, query, publicUrl + decoded);
  await send(source, query, publicUrl + decoded, large);
  await send(source, query, publicUrl + query);
  await expect(send(source, query, `${publicUrl}${decodeURIComponent(query)}`)).rejects.toThrow();
  await expect(send(source, query, publicUrl)).rejects.toThrow();
});

test("white space around a public URL, as copying leaves it, is not part of it", async () => {
  await send(hubspot({ secrets: secret, publicUrl: ` ${publicUrl}\n` }), "", publicUrl);
  const source = twilio({ secrets: secret, publicUrl: `${publicUrl}\n` });
  const signature = createHmac("sha1", secret).update(`${publicUrl}A1`).digest("base64");
  await verifyWebhook(source, { body: "A=1", url: "/hubspot", headers: { "x-twilio-signature": signature } });
});

// https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/#creating-a-webhook
test("trello: webhooks whose callback URLs differ in their query are verified by one source", async () => {
  const source = trello({ secrets: secret, publicUrl });
  const body = '{"action":{"id":"1","type":"updateCard"}}';
  const send = (query: string, signedUrl: string) => {
    const signature = createHmac("sha1", secret)
      .update(body + signedUrl)
      .digest("base64");
    return verifyWebhook(source, {
      body,
      url: `/hubspot${query}`,
      headers: { "x-trello-webhook": signature },
    });
  };
  for (const query of ["", "?memberID=14&mainModel=true", "?memberID=15"])
    await send(query, publicUrl + query);
  await expect(send("?memberID=15", `${publicUrl}?memberID=14`)).rejects.toThrow();
  await expect(send("?memberID=15", publicUrl)).rejects.toThrow();
});
