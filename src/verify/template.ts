import { EarshotError } from "../base/errors.js";
import type { Content } from "./content.js";

/** The parts of a signed text besides the body. */
export type Part = "id" | "time" | "method" | "url" | "requestUrl";

/** What each part of one request is. */
export type Parts = Readonly<Record<Part, string>>;

type Piece = { readonly text: string } | { readonly part: Part };

/** A signed text with holes: `{id}.{time}.{body}`. */
export interface Template {
  /** The parts it asks for. */
  readonly parts: ReadonlySet<Part>;
  /** Whether the body is signed as a form, its fields in order, in the place of its bytes as they came. */
  readonly form: boolean;
  /** @param body what is signed of the body */
  fill(parts: Partial<Parts>, body: Uint8Array): Content;
}

const known: ReadonlySet<string> = new Set<Part>(["id", "time", "method", "url", "requestUrl"]);

/** @throws EarshotError ERR_OPTION for a hole that does not exist, or for a body that is signed twice or not at all */
export function compileTemplate(text: string): Template {
  const before: Piece[] = [];
  const after: Piece[] = [];
  let bodies = 0;
  let form = false;
  for (const piece of text.split(/(\{[^{}]*\})/)) {
    const hole = /^\{(.*)\}$/.exec(piece)?.[1];
    if (hole === "body" || hole === "form") {
      bodies += 1;
      form ||= hole === "form";
    } else if (hole === undefined) {
      if (piece !== "") (bodies === 0 ? before : after).push({ text: piece });
    } else if (isPart(hole)) (bodies === 0 ? before : after).push({ part: hole });
    else
      throw new EarshotError(
        "ERR_OPTION",
        `The signed text ${JSON.stringify(text)} has an unknown {${hole}}.`,
      );
  }
  const parts = new Set([...before, ...after].flatMap((piece) => ("part" in piece ? [piece.part] : [])));
  if (bodies !== 1) {
    throw new EarshotError("ERR_OPTION", `The signed text ${JSON.stringify(text)} has to have {body} once.`);
  }
  return {
    parts,
    form,
    fill: (values, body) => ({
      before: fillPieces(before, values),
      body,
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
