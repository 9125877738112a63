import { expect, test } from "vitest";
import { readBody } from "../../src/decode/body.js";
import { processorMs } from "../support/processor-time.js";

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

test("lines are told from other JSON in linear time: a token's holder sends a megabyte of line breaks", () => {
  const padded = (text: string) => `{"a":1}${text.repeat(1_000_000 / text.length)}`;
  const from = processorMs();
  for (const space of ["\n", "\r\n", " \n", "}\n"]) {
    try {
      readBody(padded(space), "auth0", "application/json");
    } catch (error) {
      expect(error).toMatchObject({ code: "ERR_NOT_JSON" });
    }
  }
  expect(processorMs() - from).toBeLessThan(2000);
  const lines = '{"log_id":"1"}  \r\n\n {"log_id":"2"}\n';
  expect(readBody(lines, "auth0", "application/json").value).toEqual([{ log_id: "1" }, { log_id: "2" }]);
  expect(readBody('{"a":1}\n\n', "auth0", "application/json").value).toEqual({ a: 1 });
  expect(readBody('{\n"a":{}\n}', "auth0", "application/json").value).toEqual({ a: {} });
});
