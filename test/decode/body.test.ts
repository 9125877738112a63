import { expect, test } from "vitest";
import { readBody } from "../../src/decode/body.js";

// RFC 2183: a parameter may be a token. .NET's MultipartFormDataContent writes it so.
test("a multipart form whose names have no quotes loses no field", () => {
  const part = (head: string, content: string) => `--x\r\n${head}\r\n\r\n${content}\r\n`;
  const form = [
    part("Content-Disposition: form-data; name=plain", "1"),
    part('Content-Disposition: form-data; name="quoted; name=no"', "2"),
    part("Content-Type: text/plain\r\nContent-Disposition: form-data; name=spaced ; filename=a.txt", "3"),
    "--x--\r\n",
  ].join("");
  const { value } = readBody(form, "acme", "multipart/form-data; boundary=x");
  expect(value).toEqual({
    plain: "1",
    "quoted; name=no": "2",
    spaced: { filename: "a.txt", contentType: "text/plain", base64: Buffer.from("3").toString("base64") },
  });
});
