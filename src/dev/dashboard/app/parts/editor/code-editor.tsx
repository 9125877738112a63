import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json, jsonLanguage, jsonParseLinter } from "@codemirror/lang-json";
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from "@codemirror/language";
import { type Diagnostic, linter } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";
import type { JsonRecord } from "../../types.js";
import { mismatchesIn } from "../payload-problems.js";
import { nodeAt } from "./json-places.js";
import { schemaCompletion } from "./schema-completion.js";

const colors = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--accent)" },
  { tag: tags.string, color: "var(--good)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--info)" },
]);

const look = EditorView.theme({
  "&": { color: "var(--text)", backgroundColor: "var(--sunk)", fontSize: "0.82rem", borderRadius: "8px" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: "var(--mono)", minHeight: "15rem", maxHeight: "60vh", lineHeight: "1.5" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { color: "var(--muted)", backgroundColor: "transparent", border: "none" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "var(--accent-soft)",
  },
  ".cm-foldPlaceholder": { color: "var(--muted)", background: "transparent", border: "none" },
  ".cm-tooltip": {
    color: "var(--text)",
    backgroundColor: "var(--card)",
    border: "1px solid var(--edge)",
    borderRadius: "6px",
  },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    color: "var(--accent-text)",
    backgroundColor: "var(--accent)",
  },
  ".cm-completionDetail": { color: "inherit" },
});

/** Edits JSON with colors, folding, completion from the schema, and its errors where they are. */
export default function CodeEditor(props: {
  readonly schema: JsonRecord;
  readonly label: string;
  readonly text: string;
  readonly onChange: (text: string) => void;
}) {
  const { schema, label, text } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const onChange = useRef(props.onChange);
  onChange.current = props.onChange;
  const initial = useRef(text);
  initial.current = text;
  useEffect(() => {
    const { current: element } = host;
    if (element === null) return;
    // In a shadow root the editor adopts its style sheets: the policy of the page forbids inline ones.
    const root = element.shadowRoot ?? element.attachShadow({ mode: "open" });
    const editor = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: initial.current,
        extensions: [
          lineNumbers(),
          foldGutter(),
          history(),
          drawSelection(),
          indentOnInput(),
          bracketMatching(),
          closeBrackets(),
          json(),
          jsonLanguage.data.of({ autocomplete: schemaCompletion(schema) }),
          autocompletion({ icons: false }),
          linter(diagnosticsBy(schema), { delay: 150 }),
          syntaxHighlighting(colors),
          look,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false" }),
          // Tab leaves the editor, as it leaves every field.
          keymap.of([
            ...closeBracketsKeymap,
            ...defaultKeymap,
            ...historyKeymap,
            ...foldKeymap,
            ...completionKeymap,
          ]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) onChange.current(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, [schema, label]);
  useEffect(() => {
    const { current } = view;
    const known = current?.state.doc.toString();
    if (current !== undefined && known !== undefined && known !== text)
      current.dispatch({ changes: { from: 0, to: known.length, insert: text } });
  }, [text]);
  return <div className="code-editor" ref={host} />;
}

function diagnosticsBy(schema: JsonRecord) {
  const notJson = jsonParseLinter();
  return (view: EditorView): readonly Diagnostic[] => {
    const found = notJson(view);
    if (found.length > 0) return found;
    return mismatchesIn(view.state.doc.toString(), schema).map(({ keys, message }) => {
      const { from, to } = nodeAt(view.state, keys);
      return { from, to, severity: "error", message };
    });
  };
}
