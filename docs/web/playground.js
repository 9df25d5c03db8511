// The playground: reads the settings, lets Python train some steps for each picture, and draws what comes back.
// The network and the data live in docs/web/playground.py, which runs in the tab.

import formulaSource from "./formula.py";
import playgroundSource from "./playground.py";
import { METHODS } from "./colours.js";
import { drawFrontier, colourOf } from "./playground_frontier.js";
import { fromLink, toLink } from "./playground_link.js";
import { Matrices } from "./playground_matrix.js";
import { Plane } from "./playground_plane.js";
import { Python, Stopped } from "./python.js";

const SHARES = [1 / 64, 1 / 48, 1 / 32, 1 / 16, 1 / 12, 1 / 8, 1 / 4, 1 / 3, 1 / 2, 3 / 4, 1];
const START = `
from docs.web.playground import Playground
playground = Playground(setting)
result = playground.shown() | playground.advance(0)`;
const TABLE = "/home/pyodide/table.csv";
const LIMIT = 20; // seconds for one call

const root = document.querySelector("#play");
const form = root.querySelector("form");
const named = (name) => root.querySelector(`[name="${name}"], [data-name="${name}"]`);
const [train, state, message] = ["train", "state", "message"].map(named);
const methodSelects = [...root.querySelectorAll('[name="method"]')];
const python = new Python();
const plane = new Plane(named("plane"), () => changed());
const matrices = new Matrices(named("matrix"), () => chosen());

let running = false; // whether it trains
let current = null; // what Playground.shown() said of the run in the tab, or null where a setting has changed since
let runs = []; // {setting, methods, bytes, steps, error}
let efficient = [];
let table = ""; // the text of the CSV file
let shownPerSecond = 0;

// ---- settings

for (const select of methodSelects) select.append(...Object.keys(METHODS).map((name) => new Option(name)));
methodSelects.forEach((select, k) => (select.value = k === 1 ? "hashed" : "dense"));

const layers = () => Number(named("layers").value);

function setting() {
  const data = named("data").value;
  return {
    data,
    ...(data === "formula" && { formula: named("formula").value }),
    ...(data === "painted" && { points: plane.painted }),
    ...(data === "table" && { table }),
    ...(!["painted", "table"].includes(data) && { noise: Number(named("noise").value) }),
    seed: Number(named("seed").value),
    methods: methodSelects.slice(0, layers() + 1).map((select) => select.value),
    width: Number(named("width").value),
    share: SHARES[named("share").value],
    lr: Number(named("lr").value),
  };
}

function take(given) {
  for (const name of ["data", "formula", "noise", "seed", "width", "lr"]) if (name in given) named(name).value = given[name];
  if (given.methods) {
    named("layers").value = given.methods.length - 1;
    given.methods.forEach((method, k) => methodSelects[k] && (methodSelects[k].value = method));
  }
  if (given.share) {
    const distance = SHARES.map((share) => Math.abs(Math.log(share / given.share)));
    named("share").value = distance.indexOf(Math.min(...distance));
  }
  if (given.table) table = given.table;
  plane.painted = given.data === "painted" ? (given.points ?? []).map((point) => [...point]) : null;
  arrange();
}

// Show the fields that the chosen data and depth need.
function arrange() {
  const data = named("data").value;
  for (const field of root.querySelectorAll("[data-for]")) {
    const wanted = field.dataset.for.split(" ");
    field.hidden = !(wanted.includes(data) || (wanted[0] === "deep" && layers() === 2));
  }
  if ((data === "painted") !== (plane.painted !== null)) plane.painted = data === "painted" ? [] : null;
  plane.draw();
}

form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", ({ target }) => {
  if (target.name === "brush") return (plane.brush = Number(target.value));
  if (["pace", "file"].includes(target.name)) return;
  arrange();
  changed();
});
named("clear").addEventListener("click", () => {
  plane.painted = [];
  plane.clear();
  changed();
});

let changes = 0;
let waiting = false; // for the visitor to be done changing

// A setting has changed: the run in the tab is over, and a new one starts when nothing more is changed for a while.
async function changed() {
  const mine = ++changes;
  current = null;
  history.replaceState(null, "", toLink(setting()));
  if (!python.asked) return;
  waiting = true;
  await new Promise((done) => setTimeout(done, 250));
  if (mine !== changes) return;
  try {
    await started();
  } catch (error) {
    tell(error);
    pause();
  } finally {
    if (mine === changes) waiting = false;
  }
}

// ---- the run in the tab

let booted = null;

function boot() {
  python.asked = true;
  python.progress = (text) => say(text + " ..");
  python.onRestart = () => ((booted = null), (current = null));
  return (booted ??= (async () => {
    await python.write("/docs/web/formula.py", formulaSource);
    await python.write("/docs/web/playground.py", playgroundSource);
    say("");
  })());
}

// Start a run with the present setting; what came before stays on the frontier.
async function started() {
  await boot();
  const chosenSetting = setting();
  if (chosenSetting.data === "table") await python.write(TABLE, table);
  const given = { ...chosenSetting, ...(chosenSetting.data === "table" && { table: TABLE }) };
  const shown = await python.run(START, { name: "playground", limit: LIMIT, globals: { setting: given } });
  if (JSON.stringify(setting()) !== JSON.stringify(chosenSetting)) return; // changed again meanwhile
  runs = runs.filter((run) => run.steps);
  runs.push({ setting: chosenSetting, methods: chosenSetting.methods, bytes: shown.bytes, steps: 0, error: shown.error });
  current = shown;
  matrices.chosen = matrices.shares = null;
  named("bytes").value = `${shown.bytes.toLocaleString("en")} of ${shown.dense.toLocaleString("en")}`;
  root.querySelector(".play-program").textContent = shown.program;
  say(chosenSetting.data === "table" ? `inputs ${shown.columns.join(" and ")}; classes ${shown.classes.join(", ")}` : "");
  matrices.show(shown);
  draw(shown);
  describe();
  root.dataset.shown = runs.length; // for the tests
}

async function advance(steps) {
  if (!current) await started();
  if (!current) return;
  const run = runs.at(-1);
  const got = await python.run("result = playground.advance(steps, chosen, runs)", {
    name: "playground",
    limit: LIMIT,
    globals: { steps, chosen: matrices.chosen, runs: runs.map((each) => [each.bytes, each.error]) },
  });
  Object.assign(run, { steps: got.steps, error: got.error });
  Object.assign(root.dataset, { steps: got.steps, error: got.error }); // for the tests
  if (current) draw(got);
}

function draw(got) {
  efficient = got.efficient ?? [runs.length - 1];
  plane.show(got);
  if (got.explained) matrices.shares = got.explained.shares;
  matrices.show(got);
  drawFrontier(named("frontier"), runs, efficient);
  entry(got);
  const rate = running && shownPerSecond ? `, ${shownPerSecond.toFixed(0)} pictures a second` : "";
  const loss = Number.isFinite(got.loss) ? `, loss ${got.loss.toFixed(3)}` : "";
  state.value = `${runs.at(-1).bytes.toLocaleString("en")} bytes, step ${got.steps.toLocaleString("en")}${loss}, test error ${(100 * got.error).toFixed(1)} %${rate}`;
}

async function loop() {
  let since = performance.now(), pictures = 0;
  shownPerSecond = 0;
  while (running) {
    if (waiting) {
      await new Promise(requestAnimationFrame);
      continue;
    }
    try {
      await advance(Number(named("pace").value));
    } catch (error) {
      tell(error);
      return pause();
    }
    pictures += 1;
    const passed = performance.now() - since;
    if (passed > 1000) {
      shownPerSecond = (1000 * pictures) / passed;
      [since, pictures] = [performance.now(), 0];
    }
    await new Promise(requestAnimationFrame);
  }
}

function pause() {
  running = false;
  train.textContent = "Train";
  describe();
}

train.addEventListener("click", () => {
  if (running) return pause();
  running = true;
  train.textContent = "Pause";
  loop();
});
named("step").addEventListener("click", () => advance(Number(named("pace").value)).then(describe, tell));
named("restart").addEventListener("click", () => started().catch(tell));
named("link").addEventListener("click", async () => {
  history.replaceState(null, "", toLink(setting()));
  await navigator.clipboard?.writeText(location.href).catch(() => {});
  say("The address of this page now holds the whole setting.");
});

const say = (text) => (message.textContent = text);

function tell(error) {
  if (!(error instanceof Stopped)) say(error.message.replace(/^\w*Error: /, ""));
}

// ---- what the pictures show, in words

function describe() {
  if (!current || !runs.length) return;
  const run = runs.at(-1);
  plane.canvas.setAttribute("aria-label", `The plane: ${current.labels.length} points of ${current.classes.length} classes, and what the network says after ${run.steps} steps; test error ${(100 * run.error).toFixed(1)} %.`);
  matrices.canvas.setAttribute("aria-label", `Weight matrices ${current.shapes.map((shape, k) => `W${k + 1}, ${shape.join(" by ")}, ${current.recipes[k]}`).join("; ")}. Arrow keys choose an entry.`);
  const body = root.querySelector(".play-runs tbody");
  body.replaceChildren(...runs.map((each, k) => {
    const row = document.createElement("tr");
    for (const text of [k + 1, each.methods.join(", "), each.bytes.toLocaleString("en"), each.steps.toLocaleString("en"), `${(100 * each.error).toFixed(1)} %`]) row.insertCell().textContent = text;
    row.cells[0].style.borderLeft = `6px solid ${colourOf(each.methods)}`;
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = "Load";
    again.setAttribute("aria-label", `Load the setting of run ${k + 1}`);
    again.addEventListener("click", () => (take(each.setting), changed()));
    row.insertCell().append(again);
    return row;
  })); // prettier-ignore
}

// ---- one weight: from the matrix to its bucket to the formula

function chosen() {
  if (!matrices.chosen) matrices.shares = null;
  matrices.draw();
  if (!running && current) advance(0).catch(tell);
}

function entry({ explained, weights }) {
  const section = root.querySelector(".play-entry");
  section.hidden = !matrices.chosen;
  if (!matrices.chosen || !explained) return;
  section.setAttribute("aria-live", running ? "off" : "polite");
  const [layer, i, j] = matrices.chosen, n = current.shapes[layer][1], W = weights[layer];
  const alike = [...explained.shares.keys()].filter((k) => explained.shares[k]);
  const heading = document.createElement("h3"), bucket = document.createElement("p"), formula = document.createElement("pre");
  heading.textContent = `W${layer + 1}[${i}, ${j}] = ${W[i * n + j].toFixed(4)}`;
  bucket.className = "play-bucket";
  bucket.append(...alike.slice(0, 24).map((k) => {
    const chip = document.createElement("span");
    chip.textContent = `[${Math.floor(k / n)}, ${k % n}]  ${W[k] < 0 ? "−" : "+"}${Math.abs(W[k]).toFixed(2)}`;
    return chip;
  }), alike.length > 24 ? ` and ${alike.length - 24} more` : ""); // prettier-ignore
  formula.textContent = explained.lines.join("\n");
  section.replaceChildren(heading, bucket, formula);
}

// ---- a CSV file, chosen or dropped

async function read(file) {
  if (!file) return;
  table = await file.text();
  named("data").value = "table";
  arrange();
  changed();
  if (!python.asked) started().catch(tell);
}

named("file").addEventListener("change", ({ target }) => read(target.files[0]));
plane.canvas.addEventListener("dragover", (event) => event.preventDefault());
plane.canvas.addEventListener("drop", (event) => {
  event.preventDefault();
  read(event.dataTransfer.files[0]);
});

// ---- the page

named("colours").addEventListener("change", ({ target }) => {
  matrices.byValue = target.value === "value";
  matrices.draw();
});

function redraw() {
  plane.draw();
  matrices.draw();
  drawFrontier(named("frontier"), runs, efficient);
}

new ResizeObserver(redraw).observe(root);
new MutationObserver(redraw).observe(document.body, { attributeFilter: ["data-md-color-scheme"] });
addEventListener("hashchange", () => (take(fromLink(location.hash)), changed()));
take(fromLink(location.hash));
redraw();
