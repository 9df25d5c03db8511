// The lesson's Python: a desk (tinynet/course/desk.py) in the tab's worker, laid out from what the browser has kept.
// When code does not end in time, the worker is ended; the next call lays out a new desk, and nothing of the learner's
// is lost but the values of variables.

import { Python, TimeLimit } from "./python.js";

const GRADING = 30; // seconds for a grade
const PATIENCE = 60; // seconds for any cell, and SLOWER times what it took when the site was built, if that is more
const SLOWER = 10;
const DESK = `
import json
from pathlib import Path
from tinynet.course.desk import Desk
desk = Desk(number, json.loads(kept), Path("/home/pyodide/course"))
`;

export class Bench {
  ran = new Set(); // numbers of cells that have run since Python started
  #python = null;
  #desk = null; // a promise, once one is being laid out
  #lesson = null;
  #waited = 0; // how many calls are being waited for; a worker that starts by itself need not be talked of

  // say: told what is being waited for
  constructor({ number, folder, store, say }) {
    Object.assign(this, { number, folder, store, say });
  }

  // Return lesson.json: the cells' sources, and exercise.py in pieces.
  lesson() {
    return (this.#lesson ??= fetch("lesson.json").then((response) => response.json()));
  }

  // Return the learner's text of an exercise, or the stub.
  piece(lesson, name) {
    const own = this.store.of("answers", this.folder)[name];
    return own ?? lesson.file.find(([piece]) => piece === name)[1];
  }

  // Return how many lines of exercise.py stand above an exercise.
  above(lesson, name) {
    const before = lesson.file.slice(0, lesson.file.findIndex(([piece]) => piece === name));
    return this.#join(lesson, before).split("\n").length - 1;
  }

  // Put the pieces together to the learner's exercise.py.
  gather(lesson) {
    this.store.kept.exercises[this.folder] = this.#join(lesson, lesson.file);
  }

  #join(lesson, pieces) {
    return pieces.map(([name, text]) => (name ? ended(this.piece(lesson, name), text) : text)).join("");
  }

  // Run a cell; return its results as HTML, its pictures, and whether it failed. seconds: what it took elsewhere.
  async run({ number, name }, code, seconds, onOutput) {
    const limit = Math.max(PATIENCE, Math.ceil(SLOWER * seconds));
    await this.#python?.load("matplotlib");
    const found = await this.#ask("result = desk.run(code, name)", { code, name }, { limit, onOutput }, ["numpy", "matplotlib"]);
    if (!found.failed) this.ran.add(number);
    return found;
  }

  // Grade one exercise; return {passed, said}.
  async grade(lesson, name) {
    this.gather(lesson);
    this.say(`Checking ${name} ..`);
    return this.#ask("desk.take(json.loads(kept))\nresult = desk.grade(name)", { name }, { limit: GRADING });
  }

  // Return the bytes of a zip of the workspace.
  async archive(lesson) {
    this.gather(lesson);
    return this.#ask("desk.take(json.loads(kept))\nresult = desk.archive()", {}, { limit: GRADING });
  }

  // Forget what the cells have made.
  async clear() {
    this.ran.clear();
    this.#desk = null;
  }

  stop() {
    this.#python?.stop();
    this.#forget();
  }

  // Return what went wrong, in words for the learner.
  explain(error) {
    if (error instanceof TimeLimit) return `${error.message}; does a loop never end? Your code and your progress are kept.`;
    return error.name === "Stopped" ? "stopped" : (error.traceback ?? error.message);
  }

  async #ask(code, globals, options, packages = ["numpy"]) {
    this.#python ??= this.#start(packages);
    const kept = JSON.stringify({ progress: this.store.kept.progress, exercises: this.store.kept.exercises });
    this.#desk ??= this.#python.run(DESK, { globals: { number: this.number, kept } });
    this.#waited++;
    try {
      await this.#desk;
      const found = await this.#python.run(code, { name: "course", ...options, globals: { ...globals, kept } });
      if (found.progress) Object.assign(this.store.kept.progress, found.progress);
      return found;
    } catch (error) {
      if (error.name !== "PythonError") this.#forget();
      throw error;
    } finally {
      this.#waited--;
    }
  }

  #start(packages) {
    const python = new Python({ packages });
    python.progress = (text) => this.#waited && this.say(`${text} ..`);
    return python;
  }

  // The worker is gone, and all values with it.
  #forget() {
    this.ran.clear();
    this.#desk = null;
    document.querySelectorAll(".cell.ran").forEach((cell) => cell.classList.remove("ran"));
  }
}

// Return a learner's text with as many empty lines at its end as the piece had, so that the file stays in order.
function ended(text, piece) {
  return text.trimEnd() + piece.slice(piece.trimEnd().length);
}
