import { type ReactNode, useEffect, useMemo, useState } from "react";
import { VERSION } from "../../../../base/version.js";
import { useShortcuts } from "../shortcuts.js";
import { applyTheme, storedTheme, type Theme } from "../theme.js";
import { type Command, Palette } from "./palette.js";

/** The published pages. A link opens there; the page itself requests nothing of it. */
const DOCS = "https://github.com/earshot-sdk/earshot/blob/main/docs";

const themes = ["system", "light", "dark"] as const;

/** What is around every view: navigation, theme, command palette. */
export function Shell(props: {
  /** Beside the name: `dev`, `inbox`. */
  readonly product: string;
  readonly title: string;
  readonly nav: ReactNode;
  readonly isConnected: boolean;
  /** Called when the palette opens. */
  readonly commands: () => readonly Command[];
  readonly children: ReactNode;
}) {
  const { product, title, nav, isConnected, commands, children } = props;
  const [theme, setTheme] = useState<Theme>(storedTheme);
  const [isPaletteOpen, setPaletteOpen] = useState(false);
  useEffect(() => {
    document.title = `${title} · earshot ${product}`;
  }, [title, product]);
  const choose = (next: Theme) => {
    setTheme(next);
    applyTheme(next);
  };
  useShortcuts(() => setPaletteOpen(true));
  const offered = useMemo((): readonly Command[] => {
    if (!isPaletteOpen) return [];
    const forThemes = themes.map((name) => ({ kind: "Theme", title: name, run: () => choose(name) }));
    return [...commands(), ...forThemes];
  }, [isPaletteOpen]);
  const about = (
    <p className="links">
      <a href={`${DOCS}/dashboard.md`} target="_blank" rel="noreferrer">
        Docs
      </a>
      <a href={`${DOCS}/errors.md`} target="_blank" rel="noreferrer">
        Errors
      </a>
      <span className="muted">earshot {VERSION}</span>
    </p>
  );
  return (
    <div className="shell">
      <a
        className="skip"
        href="#main"
        onClick={(click) => {
          click.preventDefault();
          document.getElementById("main")?.focus();
        }}
      >
        Skip to content
      </a>
      <header className="side">
        <p className="brand">
          <img src="./dashboard/ear.svg" alt="" width="28" height="28" />
          <span>
            earshot <b>{product}</b>
          </span>
        </p>
        <nav aria-label="Views">{nav}</nav>
        <div className="foot">
          <button type="button" className="quiet palette-button" onClick={() => setPaletteOpen(true)}>
            <span>Go to…</span>
            <kbd>Ctrl K</kbd>
          </button>
          <p className={isConnected ? "connection on" : "connection off"} role="status">
            {isConnected ? "Connected" : "Disconnected"}
          </p>
          {about}
          <label className="theme">
            <span>Theme</span>
            <select value={theme} onChange={({ target }) => choose(target.value as Theme)}>
              {themes.map((name) => (
                <option key={name} value={name}>
                  {name.charAt(0).toUpperCase() + name.slice(1)}
                </option>
              ))}
            </select>
          </label>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        <h1>{title}</h1>
        {children}
        {/* Where the window is narrow, the one in the navigation is not shown. */}
        <footer className="below">{about}</footer>
      </main>
      {isPaletteOpen && <Palette commands={offered} onClose={() => setPaletteOpen(false)} />}
    </div>
  );
}
