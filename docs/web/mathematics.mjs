// Typeset the formulas of the built site, so that a reader's browser has nothing left to do: node mathematics.mjs site
//
// MkDocs leaves each formula as \(..\) or \[..\] in an element of class "arithmatex". MathJax turns it into HTML for the
// eye and into MathML, hidden from view, for screen readers. One style sheet serves all pages; it holds what they use.

import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

const site = process.argv[2];
const require = createRequire(import.meta.url);
const MathJax = await require("mathjax").init({
  loader: { load: ["input/tex-full", "output/chtml", "a11y/assistive-mml"] },
  chtml: { fontURL: "fonts" }, // beside the style sheet
});
const { adaptor } = MathJax.startup;
const FORMULA = /(<(span|div) class="arithmatex">)\\[([]([^]*?)\\[)\]](<\/\2>)/g;
const CHARACTERS = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

function typeset(_, opening, element, formula, closing) {
  const source = formula.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => CHARACTERS[name]);
  const html = adaptor.outerHTML(MathJax.tex2chtml(source, { display: element === "div" }));
  if (html.includes("<mjx-merror")) throw new Error(`MathJax cannot read ${source}`);
  return opening + html + closing;
}

for (const name of await readdir(site, { recursive: true })) {
  if (!name.endsWith(".html")) continue;
  const page = await readFile(join(site, name), "utf8");
  const typesetPage = page.replace(FORMULA, typeset);
  if (typesetPage !== page) await writeFile(join(site, name), typesetPage);
}
await writeFile(join(site, "app/mathematics.css"), adaptor.textContent(MathJax.chtmlStylesheet()));
const packages = join(import.meta.dirname, "node_modules");
await cp(join(packages, "mathjax/es5/output/chtml/fonts/woff-v2"), join(site, "app/fonts"), { recursive: true });
