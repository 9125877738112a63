import { type KeyObject, sign } from "node:crypto";

const tlv = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};
const text = (value: string) => Buffer.from(value, "latin1");
/** sha256WithRSAEncryption, with NULL parameters. */
const algorithm = tlv(0x30, Buffer.from("06092a864886f70d01010b0500", "hex"));
const name = tlv(0x30, tlv(0x31, tlv(0x30, Buffer.from("0603550403", "hex"), tlv(0x0c, text("test")))));

/** A certificate of a key pair, signed by itself (RFC 5280, 4.1). */
export function certificateFor(
  pair: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
  from = "20200101000000Z",
  to = "21200101000000Z",
): string {
  const body = tlv(
    0x30,
    tlv(0xa0, Buffer.from("020102", "hex")),
    Buffer.from("020101", "hex"),
    algorithm,
    name,
    tlv(0x30, tlv(0x18, text(from)), tlv(0x18, text(to))),
    name,
    pair.publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = sign("sha256", body, pair.privateKey);
  const der = tlv(0x30, body, algorithm, tlv(0x03, Buffer.from([0]), signature));
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
