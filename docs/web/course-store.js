// What the browser keeps of a learner's work, for all lessons and visits:
//
//     progress    what lessons/progress.json holds of it: {passed, hints, guesses, verdicts}
//     exercises   {folder: exercise.py, as it is now}
//     answers     {folder: {exercise: the learner's text}}
//     cells       {folder: {cell: the changed text}}
//     skipped     questions that the learner chose not to guess, as folder/name

const KEY = "tinynet-course";
const EMPTY = {
  progress: { passed: {}, hints: {}, guesses: {}, verdicts: {} },
  exercises: {}, answers: {}, cells: {}, skipped: [],
};

export class Store {
  constructor(storage = window.localStorage) {
    this.storage = storage;
    this.kept = structuredClone(EMPTY);
    try {
      Object.assign(this.kept, JSON.parse(storage.getItem(KEY) ?? "{}"));
    } catch {
      // storage that is switched off, or holds something else: begin afresh
    }
  }

  // Return what is kept under a lesson's folder in one of the parts, to read and to change.
  of(part, folder) {
    return (this.kept[part][folder] ??= {});
  }

  // Write everything down; return whether the browser could.
  save() {
    try {
      this.storage.setItem(KEY, JSON.stringify(this.kept));
      return true;
    } catch {
      return false;
    }
  }
}
