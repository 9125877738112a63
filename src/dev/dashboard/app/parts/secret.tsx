import { useState } from "react";
import { masked, withMaskedSecrets } from "../secrets.js";

/** A secret: dots, until it is revealed. */
export function Secret({ label, value }: { readonly label: string; readonly value: string }) {
  const [isShown, setShown] = useState(false);
  return (
    <>
      <code className="wrap">{isShown ? value : masked(value)}</code>{" "}
      <RevealButton label={label} isShown={isShown} onToggle={() => setShown(!isShown)} />
    </>
  );
}

/** A text as it is, but for the secrets in it. */
export function RawText({ label, text }: { readonly label: string; readonly text: string }) {
  const [isShown, setShown] = useState(false);
  const safe = withMaskedSecrets(text);
  return (
    <>
      <pre tabIndex={0} aria-label={label}>
        {isShown ? text : safe}
      </pre>
      {safe !== text && (
        <RevealButton label="the secrets" isShown={isShown} onToggle={() => setShown(!isShown)} />
      )}
    </>
  );
}

function RevealButton(props: {
  readonly label: string;
  readonly isShown: boolean;
  readonly onToggle: () => void;
}) {
  const { label, isShown, onToggle } = props;
  return (
    <button type="button" className="quiet reveal" aria-pressed={isShown} onClick={onToggle}>
      {isShown ? "Hide" : "Reveal"} {label}
    </button>
  );
}
