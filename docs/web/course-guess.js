// Guesses as the course reads and compares them: the words of tinynet/course/guesses.py, for a page on which Python has
// not been loaded. A test holds the two equal.

const EXAMPLES = { false: "a number, such as 3, 0.25 or 1/8", true: "a share, such as 20% or 0.2" };
const NUMBER = /^\s*[+-]?(\d+(_\d+)*)?(\.(\d+(_\d+)*)?)?(e[+-]?\d+)?\s*$/i;
const RATIO = /^\s*([+-]?\d+)\/(\d+)\s*$/;

// Return the choice, the share or the number that a text names; throw an Error that says what to write instead.
export function read(text, choices, share) {
  if (choices.length) {
    const found = choices.find((choice) => choice.toLowerCase() === text.toLowerCase());
    if (found !== undefined) return found;
    throw new Error(`'${text}' is no answer; write one of: ${choices.join(" / ")}.`);
  }
  const digits = text.replace(/ *(%|per ?cent)$/i, "");
  const number = value(digits);
  if (!Number.isFinite(number)) throw new Error(`'${text}' is no answer; write ${EXAMPLES[share]}.`);
  if (digits !== text) return number / 100;
  if (share && !(number >= 0 && number < 1)) {
    throw new Error(`${text} would be ${shown(number, true)} of the whole. Write ${text}%, or a number from 0 to below 1.`);
  }
  return number;
}

// Return an answer as a learner would write it: 1000, 0.25, and a share as 7%.
export function shown(value, share) {
  if (typeof value === "string") return value;
  return share ? `${short(100 * value, 10)}%` : short(value, 10);
}

// Return how far off a guess is: percentage points for a share, a factor for other positive numbers.
export function distance(guess, result, share) {
  if (typeof guess === "string" || typeof result === "string") return guess === result ? "right" : "wrong";
  if (guess === result) return "exactly right";
  if (share) {
    const points = 100 * Math.abs(guess - result);
    return `off by ${points >= 10 ? fixed(points, 0) : short(points, 2)} percentage points`;
  }
  if (guess > 0 && result > 0) {
    const factor = Math.max(guess / result, result / guess);
    const said = fixed(factor, factor >= 10 ? 0 : 1).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
    return factor < 1.1 ? "almost right" : `off by a factor of ${said}`;
  }
  return `off by ${short(Math.abs(guess - result), 3)}`;
}

// Return a guess and the result beside it, in words. printed: the result as the lesson printed it.
export function compared(guess, result, printed, share) {
  const said = `you said ${shown(guess, share)}`;
  if (typeof guess === "string" || typeof result === "string") {
    return `${said}; ${guess === result ? "right" : `the answer is: ${printed}`}`;
  }
  return `${said}; it is ${printed} (${distance(guess, result, share)})`;
}

function value(text) {
  const ratio = RATIO.exec(text);
  if (ratio) return ratio[1] / ratio[2];
  return NUMBER.test(text) && /\d/.test(text) ? Number(text.replaceAll("_", "")) : NaN;
}

// Return a number as Python's format "g" writes it.
function short(number, digits) {
  if (number === 0) return "0";
  const [mantissa, power] = number.toExponential(digits - 1).split("e");
  const trimmed = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  if (power < -4 || power >= digits) {
    return `${trimmed(mantissa)}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  }
  return trimmed(fixed(number, digits - 1 - power));
}

// Return a number with so many decimals; one that lies half-way goes to the even digit, as in Python.
function fixed(number, decimals) {
  const half = Number.isInteger(number * 2 ** (decimals + 1)) && Math.abs((number * 10 ** decimals) % 1) === 0.5;
  const scaled = Math.floor(number * 10 ** decimals);
  return half && scaled % 2 === 0 ? (scaled / 10 ** decimals).toFixed(decimals) : number.toFixed(decimals);
}
