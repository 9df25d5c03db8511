// The frontier of a visitor's own runs: bytes to the right on a logarithmic axis, test error upwards.

import { METHODS, sharp, theme } from "./colours.js";

const LEFT = 38, BOTTOM = 30, SPACE = 8;

// The colour of a run is that of its first method that is not dense.
export const colourOf = (methods) => METHODS[methods.find((each) => each !== "dense") ?? "dense"];

// runs: [{bytes, error, methods}, ..], of which the last is running; efficient: places of those that no other beats
export function drawFrontier(canvas, runs, efficient) {
  const { context, width, height } = sharp(canvas, 0.9);
  const { ink } = theme();
  const low = Math.min(200, ...runs.map((run) => run.bytes)) / 1.3, high = Math.max(5000, ...runs.map((run) => run.bytes)) * 1.3;
  const top = Math.max(0.5, ...runs.map((run) => run.error));
  const x = (bytes) => LEFT + ((width - LEFT - SPACE) * Math.log(bytes / low)) / Math.log(high / low);
  const y = (error) => SPACE + (height - BOTTOM - SPACE) * (1 - error / top);
  context.strokeStyle = context.fillStyle = ink;
  context.font = "11px system-ui, sans-serif";
  context.lineWidth = 1;
  const line = (...points) => {
    context.beginPath();
    points.forEach((point, k) => context[k ? "lineTo" : "moveTo"](...point));
    context.stroke();
  };
  context.textAlign = "right";
  for (let error = 0; error <= top + 1e-9; error += 0.1) {
    context.globalAlpha = 0.15;
    line([LEFT, y(error)], [width - SPACE, y(error)]);
    context.globalAlpha = 0.8;
    context.fillText(`${Math.round(100 * error)} %`, LEFT - 5, y(error) + 4);
  }
  context.textAlign = "center";
  for (const bytes of [50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000].filter((b) => b > low && b < high)) {
    context.globalAlpha = 0.15;
    line([x(bytes), SPACE], [x(bytes), height - BOTTOM]);
    context.globalAlpha = 0.8;
    context.fillText(bytes.toLocaleString("en"), x(bytes), height - BOTTOM + 14);
  }
  context.fillText("bytes", (LEFT + width) / 2, height - 3);
  context.globalAlpha = 0.6;
  const best = efficient.map((k) => runs[k]).sort((a, b) => a.bytes - b.bytes);
  line(...best.flatMap((run, k) => (k ? [[x(run.bytes), y(best[k - 1].error)], [x(run.bytes), y(run.error)]] : [[x(run.bytes), y(run.error)]])));
  context.globalAlpha = 1;
  runs.forEach((run, k) => {
    context.beginPath();
    context.arc(x(run.bytes), y(run.error), k === runs.length - 1 ? 6 : 4, 0, 2 * Math.PI);
    context.fillStyle = colourOf(run.methods);
    context.fill();
    if (k === runs.length - 1) context.stroke();
  });
  canvas.setAttribute("aria-label", `Bytes against test error of ${runs.length} runs; they are listed below under "All runs".`);
}
