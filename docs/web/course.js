// A lesson's page at work: guesses that are locked before results show, hints one by one, cells that run, exercises that
// are graded here, and all of it kept in the browser. Without this script the page can be read as it is.
//
// Python, the editor and lesson.json are loaded when they are first needed.

import { compared, distance, read, shown } from "./course-guess.js";
import { Store } from "./course-store.js";
import { Bench } from "./course-bench.js";

const head = document.querySelector(".lesson-head");
const folder = head.dataset.folder;
const store = new Store();
const progress = store.kept.progress;
const status = element("p", { className: "status", role: "status" });
const bench = new Bench({ number: Number(head.dataset.lesson), folder, store, say });

const cells = [...document.querySelectorAll(".cell")].map((listing) => {
  const number = listing.dataset.cell;
  return { listing, number, name: `cell ${number}`, results: document.querySelector(`.results[data-cell="${number}"]`) };
});
const exercises = [...document.querySelectorAll(".exercise")];

// ---- small things

function element(tag, properties = {}, ...children) {
  const { role, ...others } = properties;
  const made = Object.assign(document.createElement(tag), others);
  if (role) made.setAttribute("role", role);
  made.append(...children);
  return made;
}

const button = (text, onclick, title = "", className = "") =>
  element("button", { type: "button", textContent: text, onclick, title, className });

function say(text) {
  status.textContent = text;
}

function save() {
  if (!store.save()) say("This browser keeps nothing: it allows this page no storage. Download your work before you leave.");
}

// ---- guesses

const key = (name) => `${folder}/${name}`;
const settled = (name) => progress.guesses[key(name)]?.guess !== undefined || store.kept.skipped.includes(key(name));
const answerTo = (name) => document.querySelector(`.answer[data-question="${CSS.escape(name)}"]`);

// Cover what lies between an open question and its answer, the answer included.
function cover() {
  const open = new Map();
  for (const box of document.querySelectorAll(".results")) {
    box.classList.toggle("covered", open.size > 0);
    for (const found of box.querySelectorAll(".question, .answer")) {
      const name = found.dataset.question;
      if (found.classList.contains("answer")) open.delete(name);
      else if (!settled(name) && answerTo(name)) open.set(name, found);
    }
    box.inert = box.classList.contains("covered");
  }
}

function question(box) {
  const { question: name } = box.dataset;
  const choices = JSON.parse(box.dataset.choices);
  const share = JSON.parse(box.dataset.share);
  const asked = box.querySelector(".asked").textContent;
  box.querySelector("form")?.remove();
  box.querySelector(".said")?.remove();
  if (settled(name)) {
    const guess = progress.guesses[key(name)]?.guess;
    box.append(element("p", { className: "said" }, guess === undefined ? "Not guessed." : `Your guess: ${shown(guess, share)}, locked.`));
    return;
  }
  const input = choices.length
    ? element("select", {}, ...choices.map((choice) => element("option", { textContent: choice })))
    : element("input", { type: "text", placeholder: share ? "20% or 0.2" : "3, 0.25 or 1/8", autocomplete: "off" });
  input.setAttribute("aria-label", asked);
  const wrong = element("p", { className: "wrong", role: "alert" });
  const skip = button("Skip", () => {
    store.kept.skipped.push(key(name));
    done();
  });
  const done = () => {
    save();
    question(box);
    reveal(name);
    cover();
    ledger();
  };
  const form = element("form", {
    onsubmit(event) {
      event.preventDefault();
      try {
        const entry = { guess: read(input.value.trim(), choices, share), asked, share };
        const answer = answerTo(name);
        if (answer) entry.result = JSON.parse(answer.dataset.result);
        progress.guesses[key(name)] = entry;
        done();
      } catch (error) {
        wrong.textContent = error.message;
      }
    },
  }, input, element("button", { type: "submit", textContent: "Lock my guess" }), skip, wrong);
  box.append(form);
}

// Put the guess beside the result.
function reveal(name) {
  const answer = answerTo(name);
  const entry = progress.guesses[key(name)];
  if (!answer || entry?.guess === undefined) return;
  const { result, share, printed } = answer.dataset;
  answer.querySelector("b").textContent = compared(entry.guess, JSON.parse(result), printed, JSON.parse(share));
}

function questions(within = document) {
  for (const box of within.querySelectorAll(".question")) {
    question(box);
    reveal(box.dataset.question);
  }
  cover();
  ledger();
}

const book = element("section", { className: "ledger" });

function ledger() {
  const rows = Object.entries(progress.guesses).filter(([, entry]) => entry.guess !== undefined);
  const line = (tag, texts) => element("tr", {}, ...texts.map((text) => element(tag, { textContent: text })));
  const table = element("table", {}, element("thead", {}, line("th", ["lesson", "question", "you said", "it is", ""])));
  const body = element("tbody");
  for (const [place, { guess, result, asked, share }] of rows) {
    const known = result !== undefined && result !== null;
    const cells = [shown(guess, share), known ? shown(rounded(result), share) : "", known ? distance(guess, result, share) : ""];
    body.append(line("td", [String(parseInt(place)), asked ?? place, ...cells]));
  }
  table.append(body);
  const empty = "No guesses yet. The lesson asks for one before each experiment; a wrong guess is remembered longest.";
  book.replaceChildren(element("h2", { textContent: "Your guesses" }), rows.length ? element("div", { className: "wide" }, table) : element("p", { textContent: empty }));
}

const rounded = (value) => (typeof value === "number" ? Number(value.toPrecision(3)) : value);

// ---- hints

function hints(box) {
  const place = key(box.dataset.exercise);
  const all = [...box.querySelectorAll(".hint")];
  const show = () => all.forEach((hint, i) => (hint.hidden = i > (progress.hints[place] ?? 0)));
  all.forEach((hint, i) =>
    hint.addEventListener("toggle", () => {
      if (!hint.open || (progress.hints[place] ?? 0) > i) return;
      progress.hints[place] = i + 1;
      save();
      show();
    }),
  );
  show();
}

// ---- editors

// Put an editor in the place of a listing; return its view.
async function editor(listing, options) {
  const { edit } = await import("./course-editor.js");
  const old = listing.querySelector(".highlight");
  if (!old) return null;
  const place = element("div", { className: "editor" });
  old.replaceWith(place);
  return edit(place, options);
}

async function editCell(cell) {
  const lesson = await bench.lesson();
  const changed = store.of("cells", folder);
  const original = lesson.cells[cell.number].text;
  const view = await editor(cell.listing, {
    text: changed[cell.number] ?? original,
    label: `Python, ${cell.name}`,
    onChange(text) {
      if (text === original) delete changed[cell.number];
      else changed[cell.number] = text;
      save();
    },
    onRun: () => run(cell),
  });
  view?.focus();
}

async function editExercise(box, focus = true) {
  const name = box.dataset.exercise;
  const lesson = await bench.lesson();
  const view = await editor(box, {
    text: bench.piece(lesson, name).trimEnd(),
    above: bench.above(lesson, name),
    label: `Your function ${name}`,
    onChange(text) {
      store.of("answers", folder)[name] = text;
      bench.gather(lesson);
      save();
    },
    onRun: () => check(box),
  });
  if (focus) view?.focus();
}

// ---- running

let busy = false;

// Do something with Python; meanwhile the buttons rest, but for Stop.
async function working(action) {
  if (busy) return;
  busy = true;
  document.body.classList.add("course-busy");
  say("");
  try {
    await action();
    if (status.textContent.endsWith("..")) say("");
  } catch (error) {
    say(error.message);
  } finally {
    busy = false;
    document.body.classList.remove("course-busy");
    save();
  }
}

// Run a cell, after those above it that have not run since Python started; or all of them again.
function run(cell, again = false) {
  return working(async () => {
    const lesson = await bench.lesson();
    if (again) await bench.clear();
    for (const each of cells.slice(0, cells.indexOf(cell) + 1)) {
      if (each === cell || !bench.ran.has(each.number)) {
        if (!(await runOne(lesson, each))) return;
      }
    }
  });
}

async function runOne(lesson, cell) {
  const { text, seconds } = lesson.cells[cell.number];
  const code = store.of("cells", folder)[cell.number] ?? text;
  const live = element("pre", { className: "printed live", tabIndex: 0 });
  let begun = false;
  cell.listing.classList.add("running");
  say(`Running ${cell.name} ..`);
  try {
    const found = await bench.run(cell, code, seconds, (printed) => {
      if (!begun) cell.results.replaceChildren(live);
      begun = true;
      live.textContent += printed;
    });
    cell.results.innerHTML = found.html;
    for (const image of cell.results.querySelectorAll("img, a[href^='figures/']")) {
      const source = image.getAttribute("src") ?? image.getAttribute("href");
      const content = found.pictures[source.replace("figures/", "")];
      const type = source.endsWith("gif") ? "image/gif" : source.endsWith("html") ? "text/html" : "image/png";
      if (content) image[image.tagName === "IMG" ? "src" : "href"] = URL.createObjectURL(new Blob([content], { type }));
    }
    questions(cell.results);
    cell.listing.classList.toggle("ran", !found.failed);
    if (found.failed) say(`${cell.name} raised an error, shown below it.`);
    return !found.failed;
  } catch (error) {
    cell.results.append(element("pre", { className: "error", role: "alert", textContent: bench.explain(error) }));
    throw error;
  } finally {
    cell.listing.classList.remove("running");
  }
}

function check(box) {
  return working(async () => {
    const name = box.dataset.exercise;
    const lesson = await bench.lesson();
    await editExercise(box, false);
    const said = box.querySelector(".grade");
    said.textContent = "";
    try {
      const graded = await bench.grade(lesson, name);
      said.textContent = graded.said;
      box.classList.toggle("passed", graded.passed);
      if (graded.passed) stale(name);
    } catch (error) {
      said.textContent = bench.explain(error);
      throw error;
    } finally {
      solved();
    }
  });
}

// A function that passes takes its place when the lesson's cells run again.
function stale(name) {
  say(`From now on, the cells of the lesson use your ${name}. Run them again to see it.`);
  for (const number of bench.ran) document.querySelector(`.cell[data-cell="${number}"]`)?.classList.remove("ran");
  bench.ran.clear();
}

const count = element("span", { className: "count" });

function solved() {
  const passed = progress.passed[folder] ?? [];
  for (const box of exercises) box.classList.toggle("passed", passed.includes(box.dataset.exercise));
  count.textContent = `${passed.length} of ${exercises.length} exercises solved`;
}

async function download() {
  await working(async () => {
    const lesson = await bench.lesson();
    const content = await bench.archive(lesson);
    const link = element("a", { download: "course.zip", href: URL.createObjectURL(new Blob([content], { type: "application/zip" })) });
    link.click();
    say("course.zip holds your workspace: unpack it, go into the folder course, and call tinynet grade 1.");
  });
}

function startAfresh() {
  if (!window.confirm("Forget your functions, changed cells and hints of this lesson? Guesses stay.")) return;
  for (const part of ["answers", "cells"]) delete store.kept[part][folder];
  delete store.kept.exercises[folder];
  delete progress.passed[folder];
  for (const box of exercises) delete progress.hints[key(box.dataset.exercise)];
  save();
  location.reload();
}

// ---- the page

for (const cell of cells) {
  cell.listing.append(
    element("div", { className: "tools" },
      button("Run", () => run(cell), "Runs the cells above first, where they have not run yet"),
      button("Run all to here", () => run(cell, true), "Starts again with the first cell"),
      button("Edit", () => editCell(cell), "", "write"),
    ),
  );
  if (store.of("cells", folder)[cell.number] !== undefined) editCell(cell).then(() => document.activeElement?.blur());
}
for (const box of exercises) {
  const tools = element("div", { className: "tools" },
    button("Write it here", () => editExercise(box), "", "write"),
    button("Check", () => check(box), "Grades your function as tinynet grade does"),
  );
  box.querySelector(".highlight").after(tools, element("pre", { className: "grade", role: "status", tabIndex: 0 }));
  hints(box);
  if (store.of("answers", folder)[box.dataset.exercise] !== undefined) editExercise(box, false);
}
head.append(
  element("p", {
    textContent:
      "Everything works on this page, with nothing to install: run and change the cells, write your functions where the " +
      "lesson sets them, and check them there. Your work stays in this browser. The first run fetches Python, which takes a while.",
  }),
  element("div", { className: "tools" },
    count,
    button("Run the lesson", () => run(cells.at(-1), true)),
    button("Download my work", download, "A zip with your workspace, for tinynet grade"),
    button("Start afresh", startAfresh),
  ),
);
document.body.append(
  element("div", { className: "course-bar" }, status, button("Stop", () => bench.stop())),
);
document.querySelector("article")?.append(book);
questions();
solved();
