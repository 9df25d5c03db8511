// A chart of points on two logarithmic axes, in SVG: curves with markers and bars, and the frontier below them all.
//
// Each point can be reached by mouse, finger and keyboard. One of them is in the page's tab order; from there the arrows
// lead on: left and right along a curve, up and down to the nearest point of the curve above or below.

const SPACE = "http://www.w3.org/2000/svg";
const EDGE = { left: 56, right: 28, top: 12, bottom: 44 };
const MARKERS = {
  // paths about 0, 0; the letters are Matplotlib's
  o: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z", s: "M-3.6-3.6h7.2v7.2h-7.2z", D: "M0-5L5 0L0 5L-5 0z",
  "^": "M0-5L4.7 3.6h-9.4z", v: "M0 5L4.7-3.6h-9.4z", "<": "M-5 0L3.6-4.7v9.4z",
  P: "M-1.6-4.5h3.2v2.9h2.9v3.2h-2.9v2.9h-3.2v-2.9h-2.9v-3.2h2.9z",
  X: "M-4.5-2.3L-2.3-4.5L0-2.3L2.3-4.5L4.5-2.3L2.3 0L4.5 2.3L2.3 4.5L0 2.3L-2.3 4.5L-4.5 2.3L-2.3 0z",
  "*": "M0-5.5L1.5-1.8L5.3-1.6L2.4 .9L3.3 4.6L0 2.5L-3.3 4.6L-2.4 .9L-5.3-1.6L-1.5-1.8z",
  h: "M0-4.8L4.2-2.4V2.4L0 4.8L-4.2 2.4V-2.4z",
};

export function element(name, attributes = {}, ...children) {
  const made = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export function marker({ colour, marker: shape }) {
  return element("path", { class: "marker", d: MARKERS[shape], fill: ink(colour) });
}

// Black lines are drawn in the colour of the text, which is light on a dark page.
const ink = (colour) => (colour === "#000000" ? "currentColor" : colour);

export class Chart {
  // parent: the element that the drawing goes into; chosen(point) is called when a point is looked at.
  constructor(parent, chosen) {
    this.parent = parent;
    this.chosen = chosen;
    new ResizeObserver(() => this.drawn && this.draw(this.drawn)).observe(parent);
  }

  // curves: [{name, look: {colour, marker}, points: [{bytes, error, spread, ..}]}], the points by bytes; label: the error.
  draw({ curves, measure, label }) {
    this.drawn = { curves, measure, label };
    this.curves = curves;
    const width = Math.max(280, this.parent.clientWidth);
    const height = Math.round(Math.min(560, Math.max(340, 0.6 * width)));
    const points = curves.flatMap((curve) => curve.points);
    const across = scale(points.map((point) => point.bytes), EDGE.left, width - EDGE.right);
    const up = scale(points.map((point) => point.error), height - EDGE.bottom, EDGE.top);
    const svg = element("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": label });
    svg.append(axes(across, up, width, height, measure), steps(points, across, up, width));
    this.places = new Map();
    for (const curve of curves) svg.append(this.curve(curve, across, up));
    const focused = this.parent.contains(document.activeElement);
    this.parent.replaceChildren(svg);
    const first = this.places.get(points.find((point) => point === this.shown) ?? points[0]);
    first?.setAttribute("tabindex", 0);
    if (focused) first?.focus();
  }

  curve({ name, look, points }, across, up) {
    const at = (point) => `${across.place(point.bytes)},${up.place(point.error)}`;
    const line = { points: points.map(at).join(" "), class: "curve", stroke: ink(look.colour) };
    const group = element("g", {}, element("polyline", line));
    for (const point of points) {
      const [x, low, high] = [point.bytes, point.error - point.spread, point.error + point.spread];
      const bar = { x1: across.place(x), x2: across.place(x), y1: up.place(low), y2: up.place(high), stroke: ink(look.colour) };
      const place = { transform: `translate(${at(point).replace(",", " ")})`, role: "img", tabindex: -1, class: "point" };
      const said = `${name}: ${point.bytes.toLocaleString("en")} bytes, error ${point.error.toPrecision(3)}`;
      const spot = element("g", { ...place, "aria-label": said }, element("circle", { r: 11, class: "target" }), marker(look));
      for (const event of ["pointerenter", "focus", "click"]) spot.addEventListener(event, () => this.show(point));
      spot.addEventListener("keydown", (event) => this.move(event, point));
      this.places.set(point, spot);
      group.append(element("line", { ...bar, class: "bar" }), spot);
    }
    return group;
  }

  show(point) {
    this.shown = point;
    for (const [each, spot] of this.places) {
      spot.classList.toggle("shown", each === point);
      spot.setAttribute("tabindex", each === point ? 0 : -1);
    }
    this.chosen(point);
  }

  move(event, point) {
    const index = this.curves.findIndex((curve) => curve.points.includes(point));
    const { points } = this.curves[index];
    const along = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    let next;
    if (along) next = points[points.indexOf(point) + along];
    else if (event.key === "Home") next = points[0];
    else if (event.key === "End") next = points.at(-1);
    else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      const above = event.key === "ArrowUp" ? 1 : -1;
      const others = this.curves.filter((_, other) => other !== index).flatMap((curve) => curve.points);
      const far = (other) => Math.abs(Math.log(other.bytes / point.bytes)) + Math.abs(Math.log((other.error + 1e-3) / (point.error + 1e-3)));
      next = others.filter((other) => above * (other.error - point.error) > 0).sort((a, b) => far(a) - far(b))[0];
    } else return;
    event.preventDefault();
    if (next) this.places.get(next).focus();
  }
}

// A logarithmic axis from pixel `start` to pixel `end`; what is 0 or below stands at the start.
function scale(values, start, end) {
  const positive = values.filter((value) => value > 0);
  const zero = values.some((value) => value <= 0);
  const low = Math.log10(Math.min(...positive)) - (zero ? 0.35 : 0.08);
  const high = Math.log10(Math.max(...positive)) + 0.08;
  const place = (value) => {
    const share = value > 0 ? (Math.log10(value) - low) / (high - low) : 0;
    return start + Math.max(0, Math.min(1, share)) * (end - start);
  };
  const decades = Array.from({ length: Math.ceil(high) - Math.floor(low) + 1 }, (_, k) => 10 ** (Math.floor(low) + k));
  const steps = Math.abs(end - start) / (high - low) > 170 ? [1, 2, 5] : [1];
  const ticks = decades.flatMap((decade) => steps.map((k) => k * decade));
  const inside = ticks.filter((tick) => Math.log10(tick) >= low && Math.log10(tick) <= high);
  return { place, ticks: zero ? [0, ...inside] : inside };
}

function axes(across, up, width, height, measure) {
  const [bottom, right] = [height - EDGE.bottom, width - EDGE.right];
  const group = element("g", { class: "axes", "aria-hidden": true });
  for (const tick of across.ticks) {
    const x = across.place(tick);
    group.append(element("line", { x1: x, x2: x, y1: EDGE.top, y2: bottom }));
    group.append(element("text", { x, y: bottom + 16, "text-anchor": "middle" }, tick.toLocaleString("en")));
  }
  for (const tick of up.ticks) {
    const y = up.place(tick);
    group.append(element("line", { x1: EDGE.left, x2: right, y1: y, y2: y }));
    group.append(element("text", { x: EDGE.left - 6, y: y + 4, "text-anchor": "end" }, String(+tick.toPrecision(2))));
  }
  const middle = (EDGE.top + bottom) / 2;
  group.append(element("text", { x: (EDGE.left + right) / 2, y: height - 8, "text-anchor": "middle" }, "bytes on disk"));
  group.append(element("text", { transform: `translate(14 ${middle}) rotate(-90)`, "text-anchor": "middle" }, measure));
  return group;
}

// The efficient frontier: steps through the points that no other one beats in both bytes and error.
function steps(points, across, up, width) {
  let least = Infinity;
  const corners = [];
  for (const point of [...points].sort((a, b) => a.bytes - b.bytes || a.error - b.error)) {
    if (point.error >= least) continue;
    if (corners.length) corners.push(`${across.place(point.bytes)},${up.place(least)}`);
    corners.push(`${across.place(point.bytes)},${up.place(point.error)}`);
    least = point.error;
  }
  if (corners.length) corners.push(`${width - EDGE.right},${up.place(least)}`);
  return element("polyline", { points: corners.join(" "), class: "frontier" });
}
