import { expect, test } from "vitest";
import { readCertificate } from "../../src/verify/certificate.js";
import { processorMs } from "../support/processor-time.js";
import { signerCertificate } from "./support/signers.js";

test("of a chain the first certificate is read, whatever stands around it", async () => {
  const read = await readCertificate(`a comment\n${signerCertificate}\n${signerCertificate.slice(0, 100)}`);
  expect(read).toEqual(await readCertificate(signerCertificate));
});

test("a document of begins without an end is no certificate, and that is found at once", async () => {
  const start = processorMs();
  const pem = "-----BEGIN CERTIFICATE-----".repeat(9500);
  await expect(readCertificate(pem)).rejects.toThrow("it is no certificate");
  expect(processorMs() - start).toBeLessThan(200);
});
