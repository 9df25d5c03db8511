// What every page runs: formulas are typeset by MathJax, which is loaded only where there are any.

const formulas = document.querySelectorAll(".arithmatex");
if (formulas.length) {
  window.MathJax = {
    tex: { inlineMath: [["\\(", "\\)"]], displayMath: [["\\[", "\\]"]] },
    options: { ignoreHtmlClass: ".*", processHtmlClass: "arithmatex" },
  };
  const script = document.createElement("script");
  script.src = new URL("mathjax/tex-chtml.js", import.meta.url);
  document.head.append(script);
}
