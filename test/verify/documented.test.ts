import { expect, test } from "vitest";
import {
  bitbucket,
  circleci,
  github,
  hmac,
  jira,
  type Source,
  slack,
  standardWebhooks,
  svix,
  twilio,
} from "../../src/verify/index.js";
import type { TestRequest } from "./support/request.js";
import { codeOf, verdict } from "./support/verdict.js";

const slackBody =
  "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

const circle = (secret: string, body: string, signature: string) =>
  [
    "CircleCI",
    "https://circleci.com/docs/guides/integration/outbound-webhooks/#validate-webhooks",
    circleci({ secrets: secret }),
    { headers: { "circleci-signature": `v1=${signature},v2=later` }, body },
    0,
  ] as const;

/** The example of WebSub, which both of Atlassian's pages print. */
const atlassian = {
  headers: {
    "x-hub-signature": "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9",
  },
  body: "Hello World!",
};

const svixSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const svixRequest = (prefix: string): TestRequest => ({
  headers: {
    [`${prefix}-id`]: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    [`${prefix}-timestamp`]: "1614265330",
    [`${prefix}-signature`]: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  },
  body: '{"test": 2432232314}',
});

const twilioForm = (caller: string) =>
  new URLSearchParams({
    Digits: "1234",
    To: "+18005551212",
    From: caller,
    Caller: caller,
    CallSid: "CA1234567890ABCDE",
  });
const twilioUrl = "https://mycompany.com/myapp.php?foo=1&bar=2";
const twilioRequest = (caller: string, signature: string): TestRequest => ({
  url: "/myapp.php?foo=1&bar=2",
  headers: { "x-twilio-signature": signature },
  body: String(twilioForm(caller)),
});

/** Secrets, requests and signatures as the senders' own documentation prints them. */
const printed: ReadonlyArray<readonly [string, string, Source, TestRequest, number]> = [
  circle("secret", "hello world", "734cc62f32841568f45715aeb9f4d7891324e6d948e4c6c60c0621cdac48623a"),
  circle("another-secret", "lalala", "daa220016c8f29a8b214fbfc3671aeec2145cfb1e6790184ffb38b6d0425fa00"),
  circle(
    "hunter123",
    "an-important-request-payload",
    "9be2242094a9a8c00c64306f382a7f9d691de910b4a266f67bd314ef18ac49fa",
  ),
  [
    "Bitbucket",
    "https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/",
    bitbucket({ secrets: "It's a Secret to Everybody" }),
    atlassian,
    0,
  ],
  [
    "Jira",
    "https://developer.atlassian.com/cloud/jira/platform/webhooks/",
    jira({ secrets: "It's a Secret to Everybody" }),
    atlassian,
    0,
  ],
  [
    "GitHub",
    "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
    github({ secrets: "It's a Secret to Everybody" }),
    {
      headers: {
        "x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
      },
      body: "Hello, World!",
    },
    0,
  ],
  [
    "Slack",
    "https://docs.slack.dev/authentication/verifying-requests-from-slack",
    slack({ secrets: "8f742231b10e8888abcd99yyyzzz85a5" }),
    {
      headers: {
        "x-slack-request-timestamp": "1531420618",
        "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
      },
      body: slackBody,
    },
    1_531_420_618_000,
  ],
  [
    "Svix",
    "https://docs.svix.com/receiving/verifying-payloads/how-manual",
    svix({ secrets: svixSecret }),
    svixRequest("svix"),
    1_614_265_330_000,
  ],
  [
    "Svix, unbranded",
    "https://docs.svix.com/receiving/verifying-payloads/how",
    svix({ secrets: svixSecret }),
    svixRequest("webhook"),
    1_614_265_330_000,
  ],
  [
    "Standard Webhooks",
    "https://github.com/standard-webhooks/standard-webhooks",
    standardWebhooks({ secrets: svixSecret }),
    svixRequest("webhook"),
    1_614_265_330_000,
  ],
  [
    "Twilio",
    "https://www.twilio.com/docs/usage/security",
    twilio({ secrets: "12345", publicUrl: twilioUrl }),
    twilioRequest("+14158675309", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    0,
  ],
  [
    "Twilio, since 2023",
    "https://www.twilio.com/docs/usage/webhooks/webhooks-security",
    twilio({ secrets: "12345", publicUrl: twilioUrl }),
    twilioRequest("+12349013030", "0/KCTR6DLpKmkAf8muzZqo1nDgQ="),
    0,
  ],
  [
    "GitHub, described as data",
    "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
    hmac({ secrets: "It's a Secret to Everybody", header: "X-Hub-Signature-256", prefix: "sha256=" }),
    {
      headers: {
        "x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
      },
      body: "Hello, World!",
    },
    0,
  ],
];

test.each(printed)(
  "%s: the example of its documentation is accepted, and not with another body (%s)",
  (_name, _page, source, request, nowMs) => {
    expect(codeOf(verdict(source, request, nowMs))).toBe("accepted");
    expect(codeOf(verdict(source, { ...request, body: `${request.body}x` }, nowMs))).toBe(
      "ERR_SIGNATURE_WRONG",
    );
  },
);

test("twilio: a URL is taken with its port or without, whichever was signed", () => {
  const request = twilioRequest("+14158675309", "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
  for (const publicUrl of [
    twilioUrl,
    "https://mycompany.com:443/myapp.php?foo=1&bar=2",
    "https://mycompany.com:8443/myapp.php",
  ]) {
    expect(codeOf(verdict(twilio({ secrets: "12345", publicUrl }), request, 0)), publicUrl).toBe("accepted");
  }
  for (const publicUrl of ["https://mycompany.com.example/myapp.php", "https://other.com/myapp.php"]) {
    expect(codeOf(verdict(twilio({ secrets: "12345", publicUrl }), request, 0))).toBe("ERR_SIGNATURE_WRONG");
  }
});
