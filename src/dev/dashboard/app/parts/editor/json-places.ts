import { syntaxTree } from "@codemirror/language";
import type { EditorState } from "@codemirror/state";
import type { SyntaxNode } from "@lezer/common";

/** Names of members, and places in lists. */
export type JsonKeys = readonly (string | number)[];

const values = new Set(["Object", "Array", "String", "Number", "True", "False", "Null"]);

/** The value at these keys; the nearest one around it where it is missing. */
export function nodeAt(state: EditorState, keys: JsonKeys): SyntaxNode {
  let node = firstValue(syntaxTree(state).topNode) ?? syntaxTree(state).topNode;
  for (const key of keys) {
    const next =
      typeof key === "number"
        ? childrenOf(node).filter(({ name }) => values.has(name))[key]
        : childrenOf(node).find((child) => child.name === "Property" && nameOf(state, child) === key);
    if (next === undefined) return node;
    node = next.name === "Property" ? (firstValue(next) ?? next) : next;
  }
  return node;
}

/** The keys of the object or the value in which a node stands. */
export function keysOf(state: EditorState, node: SyntaxNode): JsonKeys {
  const keys: (string | number)[] = [];
  for (let at: SyntaxNode | null = node; at !== null; at = at.parent) {
    const { parent }: SyntaxNode = at;
    if (at.name === "Property") keys.unshift(nameOf(state, at));
    else if (parent?.name === "Array") {
      const { from } = at;
      keys.unshift(childrenOf(parent).filter((one) => values.has(one.name) && one.to <= from).length);
    }
  }
  return keys;
}

/** The names of the members that an object has. */
export function memberNames(state: EditorState, object: SyntaxNode): readonly string[] {
  return childrenOf(object)
    .filter(({ name }) => name === "Property")
    .map((property) => nameOf(state, property));
}

export function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}

function firstValue(node: SyntaxNode): SyntaxNode | undefined {
  return childrenOf(node).find(({ name }) => values.has(name));
}

function nameOf(state: EditorState, property: SyntaxNode): string {
  const name = property.getChild("PropertyName");
  if (name === null) return "";
  const text = state.sliceDoc(name.from, name.to);
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}
