import { createRoot } from "react-dom/client";
import { App } from "./app.js";
import "./style/theme.css";
import "./style/base.css";
import "./style/parts.css";
import "./style/controls.css";
import "./style/views.css";
import "./style/narrow.css";
import { applyTheme, chosenTheme } from "./theme.js";

applyTheme(chosenTheme());
const root = document.getElementById("root");
if (root !== null) createRoot(root).render(<App />);
