// The worker: Pyodide, with tinynet and the lessons in its file system. It answers the calls of python.js, one by one.

const python = new URL("python/", import.meta.url).href;
let pyodide, runner;
let call = 0; // the number of the call that is running

const reply = (message) => self.postMessage({ id: call, ...message });

const does = {
  async start({ packages }) {
    reply({ progress: "Loading Python" });
    const { loadPyodide } = await import(python + "pyodide.mjs");
    const source = fetch(python + "tinynet.zip"); // on its way while Python starts
    pyodide = await loadPyodide({ indexURL: python, packages, env: { HOME: "/home/pyodide", MPLBACKEND: "agg" } });
    for (const stream of ["stdout", "stderr"]) capture(stream);
    reply({ progress: "Loading tinynet" });
    const response = await source;
    if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
    pyodide.unpackArchive(await response.arrayBuffer(), "zip", { extractDir: "/" });
    pyodide.FS.writeFile("/home/pyodide/runner.py", await (await fetch(python + "runner.py")).text());
    runner = pyodide.pyimport("runner");
  },

  async load({ names }) {
    reply({ progress: `Loading ${names.join(", ")}` });
    await pyodide.loadPackage(names, { messageCallback: () => {} });
  },

  run({ code, name, globals }) {
    const given = pyodide.toPy(globals);
    const answer = runner.run(code, name, given);
    given.destroy();
    const { value, error } = answer.toJs({ dict_converter: Object.fromEntries, create_pyproxies: false });
    answer.destroy();
    if (error) throw error;
    return value;
  },

  write({ path, content }) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    if (folder) pyodide.FS.mkdirTree(folder);
    pyodide.FS.writeFile(path, content);
  },

  read: ({ path }) => pyodide.FS.readFile(path),
};

function capture(stream) {
  const decoder = new TextDecoder();
  const write = (bytes) => {
    reply({ output: { text: decoder.decode(bytes, { stream: true }), stream } });
    return bytes.length;
  };
  pyodide[stream === "stdout" ? "setStdout" : "setStderr"]({ write, isatty: false });
}

let turn = Promise.resolve();
self.onmessage = ({ data: { id, kind, ...message } }) => {
  turn = turn.then(async () => {
    call = id;
    try {
      reply({ value: await does[kind](message) });
    } catch (error) {
      reply({ error: { message: error.message ?? String(error), traceback: error.traceback ?? error.stack ?? "" } });
    }
  });
};
