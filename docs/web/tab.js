// The page "tinynet in this tab": a text field, a button, and what the program prints.

import { Python } from "./python.js";

const page = document.querySelector("#tab");
const [source, button, output] = ["textarea", "button", "pre"].map((name) => page.querySelector(name));
const python = new Python();
python.progress = (text) => (output.textContent = text + " ..");

button.addEventListener("click", async () => {
  button.disabled = true;
  output.textContent = "";
  try {
    await python.ready;
    output.textContent = "";
    await python.run(source.value, { limit: 60, onOutput: (text) => (output.textContent += text) });
  } catch (error) {
    output.textContent += error.traceback ?? error.message;
  } finally {
    button.disabled = false;
  }
});
