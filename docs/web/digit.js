// Draw a digit: a pad for strokes, and the answers of four networks, which run in the tab's Python (docs/web/digit.py).

import digitSource from "./digit.py";
import { Pad } from "./digit_pad.js";
import rows from "./nets/nets.json";
import { Python } from "./python.js";

const root = document.querySelector("#digit");
const named = (name) => root.querySelector(`[name="${name}"], [data-name="${name}"]`);
const python = new Python();
const folder = new URL("nets/", import.meta.url);
const cards = {};

for (const [name, { bytes, error }] of Object.entries(rows)) {
  const card = document.createElement("section");
  card.className = "digit-net";
  card.innerHTML = `<h3>${name}</h3><p>${bytes.toLocaleString("en")} bytes, ${(100 * error).toFixed(1)} % wrong on MNIST</p>
    <output aria-live="off"></output><div class="digit-bars" role="img" aria-label="No answer yet">${[...Array(10).keys()].map((k) => `<span>${k}</span><i></i><span></span>`).join("")}</div><p class="digit-time">&nbsp;</p>`;
  cards[name] = card;
  root.querySelector(".digit-nets").append(card);
}

const say = (text) => (named("message").textContent = text);
python.progress = (text) => say(text + " ..");

let booted = null;
const boot = () => (booted ??= (async () => {
  const files = {};
  await python.write("/docs/web/digit.py", digitSource);
  for (const name of Object.keys(rows)) {
    const response = await fetch(new URL(`${name}.safetensors`, folder));
    if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
    files[name] = `/home/pyodide/${name}.safetensors`;
    await python.write(files[name], new Uint8Array(await response.arrayBuffer()));
  }
  await python.run("from docs.web.digit import Reader\nreader = Reader(files)", { globals: { files }, limit: 60 });
})()); // prettier-ignore
python.onRestart = () => (booted = null);

let asked = 0;

// Read the strokes; while an answer is on its way, only the latest question waits.
async function read(strokes) {
  const mine = ++asked;
  try {
    await boot();
    if (mine !== asked) return;
    const { picture, answers } = await python.run("result = reader.read(strokes)", { globals: { strokes }, limit: 20 });
    if (mine !== asked) return;
    see(picture);
    for (const [name, answer] of Object.entries(answers)) show(cards[name], answer);
    say(Object.entries(answers).map(([name, { p }]) => `${name}: ${p.indexOf(Math.max(...p))}`).join(", "));
    root.dataset.answered = mine; // for the tests
  } catch (error) {
    say(error.message);
  }
}

function see(pixels) {
  const image = new ImageData(28, 28);
  pixels.forEach((grey, k) => image.data.set([grey, grey, grey, 255], 4 * k));
  named("seen").getContext("2d").putImageData(image, 0, 0);
}

function show(card, { p, microseconds }) {
  const best = p.indexOf(Math.max(...p));
  card.querySelector("output").value = best;
  const bars = card.querySelector(".digit-bars");
  bars.setAttribute("aria-label", `It says ${best}, with a probability of ${(100 * p[best]).toFixed(0)} %.`);
  bars.querySelectorAll("i").forEach((bar, k) => {
    bar.style.width = `${100 * p[k]}%`;
    bar.className = k === best ? "best" : "";
    bar.nextElementSibling.textContent = `${(100 * p[k]).toFixed(1)} %`;
  });
  card.querySelector(".digit-time").textContent = `${Math.round(microseconds).toLocaleString("en")} µs`;
}

const pad = new Pad(named("pad"), (strokes) => strokes.length && read(strokes));
named("wipe").addEventListener("click", () => {
  asked += 1;
  pad.wipe();
  see(new Uint8Array(784));
  for (const card of Object.values(cards)) show(card, { p: Array(10).fill(0), microseconds: 0 });
  for (const card of Object.values(cards)) card.querySelector("output").value = "";
  say("Write a digit.");
});
