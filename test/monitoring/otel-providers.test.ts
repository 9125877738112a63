import { TriggerListener } from "earshot";
import { openTelemetry } from "earshot/otel";
import { signedWebhook } from "earshot/testing";
import { expect, onTestFinished, test, vi } from "vitest";

const secret = "a secret of some length";

/** Spans of a provider that keeps no promise of OpenTelemetry. */
const spans: Readonly<Record<string, unknown>> = {
  undefined: undefined,
  "without methods": {},
  "without a context": { isRecording: () => true, spanContext: () => undefined, end: () => undefined },
};

test.each(Object.entries(spans))("an event runs once, whatever a tracer's spans are: %s", async (_, span) => {
  const warnings = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  onTestFinished(() => warnings.mockRestore());
  const tracerProvider = { getTracer: () => ({ startSpan: () => span }) } as never;
  const listener = new TriggerListener({
    webhook: { secrets: secret },
    monitors: openTelemetry({ tracerProvider, metrics: false }),
  });
  onTestFinished(() => listener.stop());
  const ran = vi.fn();
  listener.callback("X", () => void ran());
  await listener.start();
  const { headers, body } = signedWebhook({ secret, triggerName: "X", payload: {} });
  const request = new Request("http://localhost/webhook", { method: "POST", headers, body });
  expect((await listener.fetchHandler()(request)).status).toBe(200);
  await vi.waitFor(() => expect(ran).toHaveBeenCalledTimes(1));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(ran).toHaveBeenCalledTimes(1);
});

test("a provider that returns no tracer or no meter is an error at once, not one for each event", () => {
  const wrong = expect.objectContaining({ code: "ERR_OPTION" });
  const tracerProvider = { getTracer: async () => ({}) } as never;
  const meterProvider = { getMeter: () => ({}) } as never;
  expect(() => openTelemetry({ tracerProvider })).toThrow(wrong);
  expect(() => openTelemetry({ meterProvider })).toThrow(wrong);
  expect(() => new TriggerListener({ webhook: {}, monitors: { kind: "own", tracer: {} as never } })).toThrow(
    wrong,
  );
});
