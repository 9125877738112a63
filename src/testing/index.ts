// Helpers to test an agent that listens, and an inbox or a webhook sender of your own.
export { fakeEvent } from "./fake-event.js";
export {
  type InboxFixture,
  type InboxTraits,
  testInbox,
} from "./inbox-suite.js";
export { type SignAsOptions, signAs } from "./sign-as.js";
export { type SignedWebhook, type SignedWebhookOptions, signedWebhook } from "./signed-webhook.js";
export { type SignedRequest, type SourceSuiteOptions, testSource } from "./source-suite.js";
export type { TestFunction, TestRunner } from "./test-runner.js";
