// From strokes to a picture like MNIST's (LeCun et al. 1998): a digit's longer side fills 20 pixels, and its centre of
// mass lies in the middle of 28 x 28. Strokes are scaled before they are drawn, so that a small digit has lines as thick
// as a large one. A pixel's grey follows from its distance d to the nearest stroke:
//
//     ink = clip(pen / 2 + 1/2 - d, 0, 1)        1 inside the line, 0 outside, a soft border one pixel wide

const SIDE = 28, BOX = 20, PEN = 2.2; // pixels
const clip = (value, low, high) => Math.max(low, Math.min(high, value));

// Return the pixels, row by row, for strokes that are lists of points [x, y], y pointing down, in any unit.
export function picture(strokes) {
  const points = strokes.flat();
  const [low, high] = [Math.min, Math.max].map((most) => [0, 1].map((axis) => most(...points.map((point) => point[axis]))));
  const longer = Math.max(high[0] - low[0], high[1] - low[1]);
  const scale = longer > 0 ? (BOX - PEN) / longer : 1;
  const placed = (dx, dy) => strokes.map((stroke) => stroke.map(([x, y]) => [
    (x - (low[0] + high[0]) / 2) * scale + SIDE / 2 + dx,
    (y - (low[1] + high[1]) / 2) * scale + SIDE / 2 + dy,
  ])); // prettier-ignore
  const [x, y] = centre(ink(placed(0, 0)));
  return Uint8Array.from(ink(placed(SIDE / 2 - x, SIDE / 2 - y)), (part) => Math.round(255 * part));
}

function ink(strokes) {
  const pieces = strokes.flatMap((stroke) => stroke.map((end, k) => [stroke[Math.max(0, k - 1)], end]));
  return Float64Array.from({ length: SIDE * SIDE }, (_, k) => {
    const [x, y] = [(k % SIDE) + 0.5, Math.floor(k / SIDE) + 0.5];
    const d = pieces.reduce((least, piece) => Math.min(least, distance(x, y, piece)), Infinity);
    return clip(PEN / 2 + 0.5 - d, 0, 1);
  });
}

// of a point to a straight piece; a dot is a piece of length 0
function distance(x, y, [[x0, y0], [x1, y1]]) {
  const [dx, dy] = [x1 - x0, y1 - y0], length2 = dx * dx + dy * dy;
  const t = length2 ? clip(((x - x0) * dx + (y - y0) * dy) / length2, 0, 1) : 0;
  return Math.hypot(x - x0 - t * dx, y - y0 - t * dy);
}

function centre(ink) {
  let [mass, x, y] = [0, 0, 0];
  ink.forEach((part, k) => ((mass += part), (x += part * ((k % SIDE) + 0.5)), (y += part * (Math.floor(k / SIDE) + 0.5))));
  return [x / mass, y / mass];
}
