import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";

/** What the palette can run. */
export interface Command {
  readonly title: string;
  /** The group, such as `View`. */
  readonly kind: string;
  readonly run: () => void;
}

const MAX_SHOWN = 50;

/** A dialog that searches commands: arrow keys select, Enter runs, Escape closes. */
export function Palette({
  commands,
  onClose,
}: {
  readonly commands: readonly Command[];
  readonly onClose: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  useEffect(() => dialog.current?.showModal(), []);
  const found = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    return commands
      .filter(({ title, kind }) => words.every((word) => `${kind} ${title}`.toLowerCase().includes(word)))
      .slice(0, MAX_SHOWN);
  }, [commands, text]);
  const run = (command: Command | undefined) => {
    if (command === undefined) return;
    onClose();
    command.run();
  };
  const onKeyDown = (press: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[press.key];
    if (press.key === "Enter") run(found[at]);
    else if (step === undefined) return;
    else setAt(Math.min(found.length - 1, Math.max(0, at + step)));
    press.preventDefault();
  };
  useEffect(() => {
    document.getElementById(`command-${at}`)?.scrollIntoView({ block: "nearest" });
  }, [at]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click beside it closes it, as Escape does
    <dialog
      className="palette"
      ref={dialog}
      aria-label="Command palette"
      onClose={onClose}
      onClick={(click) => click.target === dialog.current && onClose()}
    >
      <input
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls="commands"
        aria-activedescendant={found.length > 0 ? `command-${at}` : undefined}
        aria-label="Search commands"
        placeholder="Go to a view, a trigger, an event…"
        autoComplete="off"
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id="commands" className="commands" role="listbox" aria-label="Commands">
        {found.map((command, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox above takes the keys
          <div
            key={`${command.kind} ${command.title}`}
            id={`command-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            onClick={() => run(command)}
            onMouseMove={() => setAt(index)}
          >
            <span>{command.title}</span>
            <span className="muted">{command.kind}</span>
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="muted none">No matching commands</p>}
    </dialog>
  );
}
