import { createRoot } from "react-dom/client";
import { App } from "./app.js";
import "./style.css";
import { applyTheme, chosenTheme } from "./theme.js";

applyTheme(chosenTheme());
const root = document.getElementById("root");
if (root !== null) createRoot(root).render(<App />);
