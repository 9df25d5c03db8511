// Colours of the canvases: those of tinynet/drawing.py for classes and methods, and the theme's own for the rest.

export const CLASSES = ["#E69F00", "#0072B2", "#009E73", "#CC79A7", "#D55E00", "#56B4E9"];
export const METHODS = {
  "dense": "#7F7F7F", "low-rank": "#009E73", "hashed": "#D55E00",
  "few bits": "#0072B2", "binary": "#CC79A7", "sparse": "#E69F00",
}; // prettier-ignore

export function theme() {
  const style = getComputedStyle(document.body);
  return { ink: style.getPropertyValue("--md-default-fg-color") || "#222", paper: style.getPropertyValue("--md-default-bg-color") || "#fff" };
}

export const dark = () => document.body.dataset.mdColorScheme === "slate";

// Multiples of the golden ratio keep hues apart, however many there are.
export const hue = (number) => `hsl(${(222.5 * number) % 360} ${55 + 15 * (number % 2)}% ${[45, 60, 70][number % 3]}%)`;

// Orange for negative, blue for positive, and pale near zero.
export function shade(value, largest) {
  const part = Math.min(1, Math.abs(value) / (largest || 1));
  return `hsl(${value < 0 ? 30 : 205} 85% 48% / ${0.06 + 0.94 * part})`;
}

// Give a canvas as many pixels as the screen has there, and return its context in units of CSS pixels.
export function sharp(canvas, ratio = 1) {
  const scale = window.devicePixelRatio || 1, width = canvas.clientWidth || 300, height = Math.round(width * ratio);
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}
