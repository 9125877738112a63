import { createRoot } from "react-dom/client";
import { App } from "./app.js";
import "./style/theme.css";
import "./style/base.css";
import "./style/parts.css";
import "./style/controls.css";
import "./style/views.css";
import "./style/list.css";
import "./style/detail.css";
import "./style/narrow.css";
import { applyTheme, storedTheme } from "./theme.js";

applyTheme(storedTheme());
const root = document.getElementById("root");
if (root !== null) createRoot(root).render(<App />);
