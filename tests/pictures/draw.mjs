// Draws the screens that `screens.py` writes, one picture each, with the blocks drawn by slack-blocks-to-jsx and the frames by us.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";

const require = createRequire(import.meta.url);
const { Message } = require("slack-blocks-to-jsx");
const style = readFileSync(require.resolve("slack-blocks-to-jsx/dist/style.css"), "utf8");
const out = join(import.meta.dirname, "..", "..", "build", "pictures");
mkdirSync(out, { recursive: true });

const frame = `body{font:15px/1.45 Lato,Arial,sans-serif;margin:16px;width:680px;color:#1d1c1d}
.bar{display:flex;justify-content:space-between;border-bottom:1px solid #ddd;padding:8px 0;font-weight:700}
.foot{display:flex;gap:8px;justify-content:flex-end;border-top:1px solid #ddd;padding:12px 0;margin-top:12px}
.foot span{border:1px solid #bbb;border-radius:4px;padding:5px 12px;font-weight:700}.foot span:last-child{background:#007a5a;color:#fff}`;

const message = (blocks) =>
  renderToStaticMarkup(createElement(Message, { blocks, logo, name: "Digitaliseringsguiden", time: new Date("2026-11-24T09:00:00") }));

const logo = "data:image/svg+xml," + encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg"><rect width="100%" height="100%" fill="#4a154b"/></svg>');
// The drawer takes `verbatim` for "no formatting"; Slack formats all the same.
const screens = JSON.parse(readFileSync(0, "utf8"), (name, value) => (name === "verbatim" ? undefined : value));

for (const screen of screens) {
  const body = screen.messages.map((each) => message(each.blocks)).join("");
  const bar = screen.title ? `<div class="bar"><span>${screen.title}</span><span>✕</span></div>` : "";
  const foot = screen.submit ? `<div class="foot"><span>${screen.close}</span><span>${screen.submit}</span></div>` : "";
  const page = join(out, `${screen.name}.html`);
  writeFileSync(page, `<!doctype html><meta charset="utf-8"><style>${style}${frame}</style>${bar}${body}${foot}`);
  execFileSync("chromium", [
    "--headless", "--no-sandbox", "--hide-scrollbars", `--screenshot=${join(out, `${screen.name}.png`)}`, `--window-size=720,${screen.height}`, page,
  ], { stdio: "ignore" });
}
