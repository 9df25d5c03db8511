// The frontier explorer: choose a data set, methods and seeds; look at a point, and read what it is.

import { Chart, element, marker } from "./chart.js";

const page = document.querySelector("#explorer");
const { sets, looks } = await (await fetch(new URL("frontiers.json", import.meta.url))).json();

const make = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

const choice = make("select", { id: "explorer-data" }, ...sets.map(({ name, title }) => new Option(title, name)));
const least = make("select", { id: "explorer-seeds" });
const methods = make("fieldset", {});
const drawing = make("div", { className: "chart" });
const details = make("div", { className: "details" });
details.setAttribute("role", "status");
const rows = make("tbody");
const names = ["method", "setting", "bytes", "error", "spread", "seeds"];
const head = make("tr", {}, ...names.map((name) => make("th", { scope: "col", textContent: name })));
const table = make("details", {}, make("summary", { textContent: "The same as a table" }),
  make("div", { className: "table" }, make("table", {}, make("thead", {}, head), rows)));
const chart = new Chart(drawing, show);

page.replaceChildren(
  make("p", { className: "choices" },
    make("label", { htmlFor: choice.id }, "Data "), choice, " ", make("label", { htmlFor: least.id }, "Seeds "), least),
  methods, drawing, details, table,
);

let chosen = sets[0];

function open(name) {
  chosen = sets.find((each) => each.name === name) ?? sets[0];
  choice.value = chosen.name;
  const counts = [...new Set(chosen.points.map((point) => point.seeds))].sort((a, b) => a - b);
  least.replaceChildren(...counts.map((count, k) => new Option(k ? `at least ${count}` : "any number", count)));
  const all = [...new Set(chosen.points.map((point) => point.method))];
  methods.replaceChildren(make("legend", { textContent: "Methods" }), ...all.map(box),
    make("span", {}, every("all", true), " ", every("none", false)));
  show(null);
  draw();
}

function box(name, index) {
  const sign = element("svg", { width: 14, height: 14, viewBox: "-7 -7 14 14", "aria-hidden": true }, marker(looks[index]));
  const input = make("input", { type: "checkbox", value: name, checked: true });
  return make("label", {}, input, sign, ` ${name}`);
}

function every(text, checked) {
  const button = make("button", { type: "button", textContent: text });
  button.addEventListener("click", () => {
    for (const input of methods.querySelectorAll("input")) input.checked = checked;
    draw();
  });
  return button;
}

function draw() {
  const inputs = [...methods.querySelectorAll("input")];
  const curves = inputs
    .map((input, index) => ({ name: input.value, look: looks[index], wanted: input.checked }))
    .filter((curve) => curve.wanted)
    .map((curve) => ({ ...curve, points: chosen.points
      .filter((point) => point.method === curve.name && point.seeds >= +least.value)
      .sort((a, b) => a.bytes - b.bytes) }))
    .filter((curve) => curve.points.length);
  const points = curves.flatMap((curve) => curve.points);
  rows.replaceChildren(...points.map(row));
  if (!points.length) return drawing.replaceChildren("Nothing to draw: choose a method.");
  chart.draw({ curves, measure: chosen.measure, label: `${chosen.title}: bytes on disk and ${chosen.measure}, ${points.length} points` });
}

const figures = (point) => [point.method, point.setting, Math.round(point.bytes).toLocaleString("en"),
  point.error.toPrecision(3), point.seeds > 1 ? point.spread.toPrecision(2) : "", point.seeds];

const row = (point) => make("tr", {}, ...figures(point).map((text) => make("td", { textContent: text })));

function show(point) {
  if (!point) return details.replaceChildren("Point at a marker, or reach it with Tab and the arrow keys.");
  const [method, setting, bytes, error, spread, seeds] = figures(point);
  const counted = point.header ? `${bytes} bytes, and ${Math.round(point.header)} of header` : `${bytes} bytes`;
  const apart = Object.entries(point.each ?? {}).map(([seed, one]) => `seed ${seed}: ${one.toPrecision(3)}`).join(", ");
  const of = seeds > 1 ? `mean and standard deviation of ${seeds} seeds` : "1 seed";
  details.replaceChildren(
    make("p", {}, make("strong", { textContent: method }), ` (${setting}): ${counted}`),
    make("p", { textContent: `${chosen.measure}: ${error}${spread && ` ± ${spread}`}, ${of}${apart && ` (${apart})`}` }),
    make("p", {}, "Made by ", make("code", { textContent: point.command })),
  );
}

choice.addEventListener("change", () => (location.hash = choice.value));
addEventListener("hashchange", () => open(location.hash.slice(1)));
least.addEventListener("change", draw);
methods.addEventListener("change", draw);
open(location.hash.slice(1));
