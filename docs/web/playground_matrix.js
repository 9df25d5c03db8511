// The weight matrices, one below the other, a square for each entry; the last one lies on its side, so that all have a
// column for each hidden unit. One entry may be chosen, by a click or with the arrow keys.

import { dark, hue, shade, sharp, theme } from "./colours.js";

const TITLE = 22; // pixels above each matrix

export class Matrices {
  chosen = null; // [layer, i, j]
  shares = null; // of the chosen entry's matrix: which entries are made of the same stored number
  byValue = false;
  #shown = null; // shapes, recipes, bits; weights, stored
  #placed = []; // where each matrix lies: {top, cell, turned, m, n}

  constructor(canvas, onChoose) {
    this.canvas = canvas;
    canvas.addEventListener("click", (event) => {
      const box = canvas.getBoundingClientRect();
      const entry = this.#at(event.clientX - box.left, event.clientY - box.top);
      this.chosen = String(entry) === String(this.chosen) ? null : entry;
      onChoose();
    });
    canvas.addEventListener("keydown", (event) => {
      const [down, across] = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key] ?? [0, 0];
      if (!this.#shown || !(down || across || event.key === "Escape")) return;
      event.preventDefault();
      this.chosen = event.key === "Escape" ? null : this.#moved(down, across);
      onChoose();
    });
  }

  #moved(down, across) {
    if (!this.chosen) return [0, 0, 0];
    let [layer, i, j] = this.chosen;
    const [di, dj] = this.#placed[layer].turned ? [across, down] : [down, across];
    const [m, n] = this.#shown.shapes[layer], out = i + di < 0 || i + di >= m || j + dj < 0 || j + dj >= n;
    if (out && down && this.#shown.shapes[layer + down]) return [layer + down, 0, 0];
    return out ? this.chosen : [layer, i + di, j + dj];
  }

  #at(x, y) {
    for (const [layer, { top, cell, turned, m, n }] of this.#placed.entries()) {
      const row = Math.floor((y - top) / cell), column = Math.floor(x / cell);
      const [i, j] = turned ? [column, row] : [row, column];
      if (i >= 0 && i < m && j >= 0 && j < n) return [layer, i, j];
    }
    return null;
  }

  show(shown) {
    this.#shown = { ...this.#shown, ...shown };
    this.draw();
  }

  draw() {
    if (!this.#shown?.weights) return;
    const { shapes, recipes, bits, weights, stored } = this.#shown;
    const turned = shapes.map((_, layer) => layer === shapes.length - 1);
    const down = shapes.map(([m, n], layer) => (turned[layer] ? n : m));
    const units = shapes[0][1], total = down.reduce((a, b) => a + b);
    const width = this.canvas.clientWidth, cell = width / units;
    const { context } = sharp(this.canvas, (total * cell + TITLE * shapes.length) / width);
    const { ink } = theme();
    let top = 0;
    this.#placed = shapes.map(([m, n], layer) => {
      context.fillStyle = ink;
      context.font = "12px system-ui, sans-serif";
      context.fillText(`W${layer + 1}  ${m} × ${n}  ${recipes[layer]}  ${Math.ceil(bits[layer] / 8)} bytes`, 0, top + 15);
      const place = { top: top + TITLE, cell, turned: turned[layer], m, n };
      top += TITLE + down[layer] * cell;
      this.#matrix(context, place, weights[layer], stored[layer], this.chosen?.[0] === layer, ink);
      return place;
    });
  }

  #matrix(context, { top, cell, turned, m, n }, weights, stored, isChosen, ink) {
    const largest = weights.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
    const gap = cell > 5 ? 0.5 : 0;
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        const k = i * n + j, [x, y] = turned ? [i, j] : [j, i];
        const lit = !isChosen || !this.shares || this.shares[k];
        context.globalAlpha = lit ? 1 : 0.12;
        if (this.byValue || stored[k] < 0) context.fillStyle = weights[k] ? shade(weights[k], largest) : dark() ? "#ffffff10" : "#00000008";
        else context.fillStyle = hue(stored[k]);
        context.fillRect(x * cell, top + y * cell, cell - gap, cell - gap);
        if (weights[k] < 0 && !this.byValue && stored[k] >= 0) {
          context.fillStyle = "#0005"; // a negative entry is darker
          context.fillRect(x * cell, top + y * cell, cell - gap, cell - gap);
        }
      }
    context.globalAlpha = 1;
    if (!isChosen) return;
    const [, i, j] = this.chosen, [x, y] = turned ? [i, j] : [j, i];
    context.strokeStyle = ink;
    context.lineWidth = 2;
    context.strokeRect(x * cell, top + y * cell, cell, cell);
  }
}
