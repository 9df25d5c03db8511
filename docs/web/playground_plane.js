// The plane: regions, the first layer's lines, and points, which a visitor may paint. Both axes run from -1 to 1.

import { CLASSES, dark, sharp, theme } from "./colours.js";

export class Plane {
  painted = null; // a list of [x, y, class] while the visitor paints, else null
  brush = 0;
  #cursor = [0, 0];
  #shown = {};
  #squares = document.createElement("canvas");

  constructor(canvas, onPaint) {
    this.canvas = canvas;
    let last = null;
    const paint = (event) => {
      const box = canvas.getBoundingClientRect();
      const at = [(2 * (event.clientX - box.left)) / box.width - 1, 1 - (2 * (event.clientY - box.top)) / box.height];
      if (last && Math.hypot(at[0] - last[0], at[1] - last[1]) < 0.05) return;
      last = at;
      this.#add(at, onPaint);
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (!this.painted) return;
      canvas.setPointerCapture(event.pointerId);
      event.preventDefault();
      paint(event);
    });
    canvas.addEventListener("pointermove", (event) => last && paint(event));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => (last = null));
    canvas.addEventListener("keydown", (event) => {
      const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [0, 0];
      if (!this.painted || !(dx || dy || event.key === " ")) return;
      event.preventDefault();
      this.#cursor = [this.#cursor[0] + 0.05 * dx, this.#cursor[1] + 0.05 * dy].map((v) => Math.max(-1, Math.min(1, v)));
      if (event.key === " ") this.#add([...this.#cursor], onPaint);
      else this.draw();
    });
    for (const change of ["focus", "blur"]) canvas.addEventListener(change, () => this.draw());
  }

  #add([x, y], onPaint) {
    this.painted.push([x, y, this.brush].map((v) => Math.round(v * 100) / 100));
    this.draw();
    onPaint();
  }

  // shown: points, labels, grid; regions, confidence, planes, as playground.py returns them
  show(shown) {
    Object.assign(this.#shown, shown);
    this.draw();
  }

  clear() {
    this.#shown = {};
    this.draw();
  }

  draw() {
    const { context, width: side } = sharp(this.canvas);
    const { ink, paper } = theme();
    const place = (x, y) => [((x + 1) / 2) * side, ((1 - y) / 2) * side];
    context.fillStyle = paper;
    context.fillRect(0, 0, side, side);
    this.canvas.classList.toggle("paints", this.painted !== null);
    if (this.#shown.regions) {
      this.#fill(this.#shown);
      context.drawImage(this.#squares, 0, 0, side, side);
      this.#lines(context, place, ink);
    }
    const points = this.painted ?? this.#labelled();
    const size = Math.max(1.6, Math.min(4, side / (points.length > 200 ? 180 : 90)));
    context.strokeStyle = paper;
    context.lineWidth = 0.8;
    for (const [x, y, label] of points) {
      context.beginPath();
      context.arc(...place(x, y), size, 0, 2 * Math.PI);
      context.fillStyle = CLASSES[label];
      context.fill();
      context.stroke();
    }
    if (this.painted && document.activeElement === this.canvas) {
      const [x, y] = place(...this.#cursor);
      context.strokeStyle = ink;
      context.strokeRect(x - 5, y - 5, 10, 10);
    }
  }

  #labelled() {
    const { points = [], labels = [] } = this.#shown;
    return Array.from(labels, (label, k) => [points[2 * k], points[2 * k + 1], label]);
  }

  #fill({ regions, confidence, grid }) {
    this.#squares.width = this.#squares.height = grid;
    const context = this.#squares.getContext("2d"), image = context.createImageData(grid, grid);
    const colours = CLASSES.map((colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)));
    regions.forEach((label, k) => {
      image.data.set(colours[label], 4 * k);
      image.data[4 * k + 3] = (dark() ? 0.6 : 0.5) * Math.max(30, 2 * confidence[k] - 255);
    });
    context.putImageData(image, 0, 0);
  }

  // planes: w1 of all n units, then w2, then b
  #lines(context, place, ink) {
    const { planes } = this.#shown, n = planes.length / 3;
    context.strokeStyle = ink;
    context.lineWidth = 1;
    context.globalAlpha = 0.45;
    for (let j = 0; j < n; j++) {
      const [w1, w2, b] = [planes[j], planes[n + j], planes[2 * n + j]];
      const ends = Math.abs(w2) > Math.abs(w1)
        ? [-1, 1].map((x) => [x, -(w1 * x + b) / w2])
        : [-1, 1].map((y) => [-(w2 * y + b) / (w1 || 1e-9), y]); // prettier-ignore
      context.beginPath();
      ends.forEach((end, k) => context[k ? "lineTo" : "moveTo"](...place(...end)));
      context.stroke();
    }
    context.globalAlpha = 1;
  }
}
