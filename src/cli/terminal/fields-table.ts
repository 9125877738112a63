import type { SchemaField } from "../schema-fields.js";
import type { Io } from "./io.js";
import { table } from "./table.js";

/** Prints the fields of a schema below a heading. */
export async function printFields(io: Io, heading: string, fields: readonly SchemaField[]): Promise<void> {
  await io.line("");
  await io.line(io.out.underline(heading));
  if (fields.length === 0) {
    await io.line("  none");
    return;
  }
  const rows = fields.map((field) => [
    `  ${field.path}`,
    field.type,
    field.required ? "required" : "",
    descriptionOf(field),
  ]);
  const columns = [
    { heading: "  NAME", paint: io.out.bold },
    { heading: "TYPE" },
    { heading: "" },
    { heading: "DESCRIPTION" },
  ];
  for (const line of table(columns, rows, io.width, io.out.dim)) await io.line(line);
}

/** The schema's description, default and example. */
function descriptionOf({ description, default: fallback, example }: SchemaField): string {
  const hints = [
    ...(fallback === undefined || fallback === null ? [] : [`default ${JSON.stringify(fallback)}`]),
    ...(example === undefined ? [] : [`for example ${JSON.stringify(example)}`]),
  ];
  const hint = hints.length === 0 ? "" : `(${hints.join(", ")})`;
  return [description, hint].filter((part) => part !== "").join(" ");
}
