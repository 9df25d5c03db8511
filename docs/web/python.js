// Python in a web worker: one lasting interpreter, which the page asks things of and waits for.
//
//     const python = new Python();
//     const result = await python.run("import tinynet as tn; result = tn.MLP([64, 10]).bits()", { limit: 20 });
//
// Nothing is fetched before the first call. Code that runs past its limit cannot be stopped from outside without headers
// that few hosts send, so the worker is ended, and a new one starts: what Python knew is gone, and `onRestart` tells the
// page, which can then run again what it needs.

export class PythonError extends Error {
  constructor(message, traceback) {
    super(message);
    this.name = "PythonError";
    this.traceback = traceback;
  }
}

export class TimeLimit extends Error {
  constructor(seconds) {
    super(`stopped after ${seconds} seconds`);
    this.name = "TimeLimit";
  }
}

export class Stopped extends Error {
  constructor() {
    super("stopped");
    this.name = "Stopped";
  }
}

export class Python {
  progress = (_text) => {};
  onRestart = () => {};

  #worker = null;
  #waiting = new Map(); // number of a call -> what to do with its answer
  #calls = 0;
  #turn = Promise.resolve(); // calls run one after the other, so that a limit counts a call's own time
  #boot = null;

  // packages: what is loaded at the start, from the bundle; "numpy" is all that training takes
  constructor({ packages = ["numpy"] } = {}) {
    this.packages = new Set(packages);
  }

  // Resolves when tinynet can be imported.
  get ready() {
    return (this.#boot ??= this.#start());
  }

  // Load more of the bundle, such as "matplotlib"; a new worker will have it too.
  async load(...names) {
    const more = names.filter((name) => !this.packages.has(name));
    if (!more.length) return this.ready;
    if (this.#boot) await this.#inTurn("load", { names: more });
    more.forEach((name) => this.packages.add(name));
    await this.ready;
  }

  // Run Python source in the lasting namespace, and return what it assigns to `result`: numbers, text, lists and
  // dictionaries as themselves, bytes and arrays as typed arrays (an array of several axes flat, row by row).
  //
  //   name      what a traceback calls this code
  //   limit     seconds, counted from when it runs; null for none
  //   onOutput  told (text, "stdout" or "stderr") as it is printed
  //   globals   set before it runs; typed arrays arrive as memoryviews, objects as dictionaries
  run(code, { name = "cell", limit = null, onOutput = () => {}, globals = {} } = {}) {
    return this.#inTurn("run", { code, name, globals }, { limit, onOutput });
  }

  write(path, content) {
    return this.#inTurn("write", { path, content });
  }

  // Return the bytes of a file of the tab.
  read(path) {
    return this.#inTurn("read", { path });
  }

  // End the worker at once. What was running rejects with Stopped; the next call starts a new one.
  stop() {
    this.#end(new Stopped());
  }

  async #start() {
    // whoever runs Python once can come back without a network; a file:// page has no service workers
    navigator.serviceWorker?.register(new URL("../sw.js", import.meta.url)).catch(() => {});
    const worker = (this.#worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" }));
    worker.onmessage = ({ data }) => this.#answer(data);
    worker.onerror = (event) => this.#end(new Error(`Python could not start: ${event.message}`));
    try {
      await this.#ask("start", { packages: [...this.packages] });
    } catch (error) {
      if (this.#worker === worker) this.#end(error); // the next call tries again
      throw error;
    }
  }

  #inTurn(kind, message, options) {
    const call = this.#turn.then(async () => {
      await this.ready;
      return this.#ask(kind, message, options);
    });
    this.#turn = call.catch(() => {});
    return call;
  }

  #ask(kind, message, { limit = null, onOutput = () => {} } = {}) {
    const id = ++this.#calls;
    return new Promise((resolve, reject) => {
      const clock = limit === null ? 0 : setTimeout(() => this.#end(new TimeLimit(limit)), 1000 * limit);
      const done = (settle) => (value) => {
        clearTimeout(clock);
        this.#waiting.delete(id);
        settle(value);
      };
      this.#waiting.set(id, { resolve: done(resolve), reject: done(reject), onOutput });
      this.#worker.postMessage({ id, kind, ...message });
    });
  }

  #answer({ id, progress, output, error, value }) {
    const call = this.#waiting.get(id);
    if (!call) return;
    if (progress !== undefined) this.progress(progress);
    else if (output !== undefined) call.onOutput(output.text, output.stream);
    else if (error) call.reject(new PythonError(error.message, error.traceback));
    else call.resolve(value);
  }

  #end(reason) {
    this.#worker?.terminate();
    this.#worker = this.#boot = null;
    for (const call of [...this.#waiting.values()]) call.reject(reason);
    if (reason instanceof TimeLimit) {
      this.ready.catch(() => {}); // start the new one now: the page will want it soon
      this.onRestart();
    }
  }
}
