import { createRoot } from "react-dom/client";
import { isPlatform } from "./api.js";
import "./style/theme.css";
import "./style/base.css";
import "./style/parts.css";
import "./style/controls.css";
import "./style/views.css";
import "./style/agents.css";
import "./style/fire.css";
import "./style/list.css";
import "./style/detail.css";
import "./style/narrow.css";
import { applyTheme, storedTheme } from "./theme.js";

applyTheme(storedTheme());
// Each has its own bundle: a page loads one of them.
const Page = isPlatform ? (await import("./app.js")).App : (await import("./inbox/app.js")).InboxApp;
const root = document.getElementById("root");
if (root !== null) createRoot(root).render(<Page />);
