import { EarshotError } from "../errors.js";
import type { Content } from "./content.js";

/** The parts of a signed text besides the body. */
export type Part = "id" | "time" | "method" | "url" | "requestUrl" | "form";

/** What each part of one request is. */
export type Parts = Readonly<Record<Part, string>>;

type Piece = { readonly text: string } | { readonly part: Part };

/** A signed text with holes: `{id}.{time}.{body}`. */
export interface Template {
  /** The parts it asks for. */
  readonly parts: ReadonlySet<Part>;
  fill(parts: Partial<Parts>, body: Uint8Array): Content;
}

const known: ReadonlySet<string> = new Set<Part>(["id", "time", "method", "url", "requestUrl", "form"]);
const nothing = new Uint8Array(0);

/** @throws EarshotError ERR_OPTION for a hole that does not exist, or for a body that is signed twice or not at all */
export function compileTemplate(text: string): Template {
  const before: Piece[] = [];
  const after: Piece[] = [];
  let bodies = 0;
  for (const piece of text.split(/(\{[^{}]*\})/)) {
    const hole = /^\{(.*)\}$/.exec(piece)?.[1];
    if (hole === "body") bodies += 1;
    else if (hole === undefined) {
      if (piece !== "") (bodies === 0 ? before : after).push({ text: piece });
    } else if (isPart(hole)) (bodies === 0 ? before : after).push({ part: hole });
    else
      throw new EarshotError(
        "ERR_OPTION",
        `The signed text ${JSON.stringify(text)} has an unknown {${hole}}.`,
      );
  }
  const parts = new Set([...before, ...after].flatMap((piece) => ("part" in piece ? [piece.part] : [])));
  // A form is the body in another order.
  if (bodies + (parts.has("form") ? 1 : 0) !== 1) {
    throw new EarshotError("ERR_OPTION", `The signed text ${JSON.stringify(text)} has to have {body} once.`);
  }
  return {
    parts,
    fill: (values, body) => ({
      before: fillPieces(before, values),
      body: bodies === 0 ? nothing : body,
      after: fillPieces(after, values),
    }),
  };
}

function isPart(name: string): name is Part {
  return known.has(name);
}

function fillPieces(pieces: readonly Piece[], values: Partial<Parts>): string {
  let text = "";
  for (const piece of pieces) text += "part" in piece ? (values[piece.part] ?? "") : piece.text;
  return text;
}
