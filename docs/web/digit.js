// Draw a digit: a pad for strokes, and the answers of four networks. They run as WebAssembly, and if the visitor asks
// for it, in tinynet itself too (docs/web/digit.py); where the build had no compiler, in tinynet alone.

import digitSource from "./digit.py";
import { Compiled } from "./digit_compiled.js";
import { Pad } from "./digit_pad.js";
import { picture } from "./digit_picture.js";
import { Python } from "./python.js";

const root = document.querySelector("#digit");
const named = (name) => root.querySelector(`[name="${name}"], [data-name="${name}"]`);
const folder = new URL("nets/", import.meta.url);
const python = new Python();
const say = (text) => (named("message").textContent = text);
const whole = (number) => Math.round(number).toLocaleString("en");

const cards = {}, compiled = {}; // by name
let rows = {}; // what nets.json says of each network
let withPython = false;

const loaded = (async () => {
  rows = await (await fetch(new URL("nets.json", folder))).json();
  for (const [name, row] of Object.entries(rows)) {
    cards[name] = card(name, row);
    root.querySelector(".digit-nets").append(cards[name]);
  }
  for (const [name, { wasm, scale }] of Object.entries(rows))
    if (wasm) compiled[name] = await Compiled.from(new URL(`${name}.wasm`, folder), name, scale);
  withPython = !Object.keys(compiled).length;
  named("python").hidden = withPython;
})();
loaded.catch((error) => say(error.message));

function card(name, { bytes, error }) {
  const section = document.createElement("section");
  section.className = "digit-net";
  const bars = [...Array(10).keys()].map((k) => `<span>${k}</span><i></i><span></span>`).join("");
  section.innerHTML = `<h3>${name}</h3><p>${whole(bytes)} bytes, ${(100 * error).toFixed(1)} % wrong on MNIST</p>
    <output aria-live="off"></output><div class="digit-bars" role="img" aria-label="No answer yet">${bars}</div>
    <p class="digit-time">&nbsp;</p><p class="digit-python"></p>`;
  return section;
}

// ---- answers

// Answer with what is compiled: while a stroke is drawn, too.
function answer(strokes, finished) {
  const pixels = picture(strokes);
  see(pixels);
  const said = {};
  for (const [name, net] of Object.entries(compiled)) {
    said[name] = show(cards[name], net.scores(pixels));
    if (finished) cards[name].querySelector(".digit-time").textContent = `${whole(net.microseconds())} µs in C`;
  }
  if (finished) report(said);
  if (finished && withPython) ask(pixels);
}

function report(said) {
  if (!Object.keys(said).length) return;
  say(Object.entries(said).map(([name, digit]) => `${name}: ${digit}`).join(", "));
  root.dataset.said = Object.values(said).join(""); // for the tests
}

let booted = null, asked = 0;

const boot = () => (booted ??= (async () => {
  const files = {};
  await python.write("/docs/web/digit.py", digitSource);
  for (const name of Object.keys(rows)) {
    const response = await fetch(new URL(`${name}.safetensors`, folder));
    files[name] = `/home/pyodide/${name}.safetensors`;
    await python.write(files[name], new Uint8Array(await response.arrayBuffer()));
  }
  await python.run("from docs.web.digit import Reader\nreader = Reader(files)", { globals: { files }, limit: 60 });
})()); // prettier-ignore
python.progress = (text) => say(text + " ..");
python.onRestart = () => (booted = null);

// Ask Python; only the latest question is answered.
async function ask(pixels) {
  const mine = ++asked;
  try {
    await boot();
    if (mine !== asked) return;
    const answers = await python.run("result = reader.read(pixels)", { globals: { pixels }, limit: 20 });
    if (mine !== asked) return;
    const said = {};
    let apart = 0;
    for (const [name, { scores, microseconds }] of Object.entries(answers)) {
      const largest = Math.max(...scores.map(Math.abs));
      compiled[name]?.scores(pixels).forEach((score, k) => (apart = Math.max(apart, Math.abs(score - scores[k]) / largest)));
      said[name] = show(cards[name], scores);
      cards[name].querySelector(".digit-python").textContent = `${whole(microseconds)} µs in Python`;
    }
    report(said);
    root.dataset.apart = apart; // for the tests
  } catch (error) {
    if (mine === asked) say(error.message);
  }
}

// ---- pictures

function see(pixels) {
  const image = new ImageData(28, 28);
  pixels.forEach((grey, k) => image.data.set([grey, grey, grey, 255], 4 * k));
  named("seen").getContext("2d").putImageData(image, 0, 0);
}

// Show the probabilities that softmax makes of the scores, and return the digit.
function show(card, scores) {
  const highest = Math.max(...scores), powers = Array.from(scores, (score) => Math.exp(score - highest));
  const sum = powers.reduce((a, b) => a + b), digit = scores.indexOf(highest);
  const bars = card.querySelector(".digit-bars");
  card.querySelector("output").value = digit;
  bars.setAttribute("aria-label", `It says ${digit}, with a probability of ${whole((100 * powers[digit]) / sum)} %.`);
  bars.querySelectorAll("i").forEach((bar, k) => {
    bar.style.width = `${(100 * powers[k]) / sum}%`;
    bar.className = k === digit ? "best" : "";
    bar.nextElementSibling.textContent = `${((100 * powers[k]) / sum).toFixed(1)} %`;
  });
  return digit;
}

function forget() {
  asked += 1;
  see(new Uint8Array(784));
  for (const [name, old] of Object.entries(cards)) old.replaceWith((cards[name] = card(name, rows[name])));
  say("Write a digit.");
}

const pad = new Pad(named("pad"), async (strokes, finished) => {
  await loaded;
  if (strokes.length) answer(strokes, finished);
  else forget();
});
named("wipe").addEventListener("click", () => pad.wipe());
named("python").addEventListener("click", () => {
  withPython = true;
  named("python").hidden = true;
  if (pad.strokes.length) ask(picture(pad.strokes));
});
