// The pad: strokes by mouse, finger or pen, or by the keyboard. Points are in 0 .. 1, y pointing down.

import { sharp } from "./colours.js";

export class Pad {
  strokes = [];
  #pen = [0.5, 0.3];
  #down = false;

  // onStroke(strokes, finished) is told of every change; without a stroke, the pad was wiped
  constructor(canvas, onStroke) {
    this.canvas = canvas;
    this.onStroke = onStroke;
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    };
    let drawing = false;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      drawing = true;
      this.strokes.push([at(event)]);
      this.draw();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!drawing) return;
      const [x, y] = at(event), [lastX, lastY] = this.strokes.at(-1).at(-1);
      if (Math.hypot(x - lastX, y - lastY) < 0.01) return;
      this.strokes.at(-1).push([x, y]);
      this.draw();
      onStroke(this.strokes, false);
    });
    for (const end of ["pointerup", "pointercancel"])
      canvas.addEventListener(end, () => {
        if (drawing) onStroke(this.strokes, true);
        drawing = false;
      });
    canvas.addEventListener("keydown", (event) => {
      const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
      if (event.key === "Escape") return this.wipe();
      if (!(dx || dy || event.key === " ")) return;
      event.preventDefault();
      if (event.key === " ") {
        this.#down = !this.#down;
        if (this.#down) this.strokes.push([[...this.#pen]]);
        else onStroke(this.strokes, true);
      } else {
        this.#pen = [this.#pen[0] + 0.05 * dx, this.#pen[1] + 0.05 * dy].map((v) => Math.max(0.05, Math.min(0.95, v)));
        if (this.#down) {
          this.strokes.at(-1).push([...this.#pen]);
          onStroke(this.strokes, false);
        }
      }
      this.draw();
    });
    for (const change of ["focus", "blur"]) canvas.addEventListener(change, () => this.draw());
    this.draw();
  }

  wipe() {
    this.strokes = [];
    this.#down = false;
    this.draw();
    this.onStroke(this.strokes, true);
  }

  draw() {
    const { context, width } = sharp(this.canvas);
    context.strokeStyle = context.fillStyle = "#fff";
    context.lineWidth = 0.07 * width;
    context.lineCap = context.lineJoin = "round";
    for (const stroke of this.strokes) {
      context.beginPath();
      context.moveTo(...stroke[0].map((v) => v * width));
      for (const point of stroke.concat([stroke.at(-1)])) context.lineTo(...point.map((v) => v * width));
      context.stroke();
    }
    if (document.activeElement !== this.canvas || !this.canvas.matches(":focus-visible")) return;
    context.beginPath();
    context.arc(...this.#pen.map((v) => v * width), 6, 0, 2 * Math.PI);
    context.fillStyle = this.#down ? "#fff" : "#0000";
    context.lineWidth = 2;
    context.fill();
    context.stroke();
  }
}
