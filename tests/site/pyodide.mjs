// Run a Python program under Pyodide in Node: node pyodide.mjs BUNDLE FOLDERS PACKAGES PROGRAM ARGUMENT ..
//
//   BUNDLE    the folder with Pyodide and its wheels, such as site/app/python
//   FOLDERS   JSON, {"/where/it/appears": "/where/it/lies"}
//   PACKAGES  of the bundle, separated by commas
//   PROGRAM   a path there

import { writeSync } from "node:fs";
import { resolve } from "node:path";

const [bundle, folders, packages, program, ...argv] = process.argv.slice(2);
const { loadPyodide } = await import(resolve(bundle, "pyodide.mjs"));
const env = { HOME: "/home/pyodide", MPLBACKEND: "agg" };
const pyodide = await loadPyodide({ indexURL: resolve(bundle), packages: packages.split(","), env });
for (const [inside, outside] of Object.entries(JSON.parse(folders))) pyodide.mountNodeFS(inside, outside);
pyodide.setStdout({ write: (bytes) => writeSync(1, bytes) });
pyodide.setStderr({ write: (bytes) => writeSync(2, bytes) });
pyodide.globals.set("argv", pyodide.toPy([program, ...argv]));
try {
  pyodide.runPython(`
import runpy, sys
sys.dont_write_bytecode = True
sys.argv = argv
runpy.run_path(argv[0], run_name="__main__")
`);
} catch (error) {
  const code = /SystemExit: (\d+)/.exec(error.message)?.[1];
  if (code === undefined) console.error(error.message);
  process.exitCode = Number(code ?? 1);
}
