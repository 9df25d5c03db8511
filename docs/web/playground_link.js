// A link that holds the whole setting, in the part behind #: readable, and a painted point is x, y, class.

const NUMBERS = ["seed", "noise", "width", "share", "lr"];

export function toLink(setting) {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(setting)) {
    if (name === "points") value.length && parts.set(name, value.map((point) => point.join(",")).join(";"));
    else if (name === "methods") parts.set(name, value.join(","));
    else if (value !== "" && value !== undefined) parts.set(name, value);
  }
  return "#" + parts;
}

// The settings that a link names, those it does not name are missing.
export function fromLink(hash) {
  const setting = Object.fromEntries(new URLSearchParams(hash.replace(/^#/, "")));
  for (const name of NUMBERS) {
    if (name in setting && Number.isFinite(+setting[name])) setting[name] = +setting[name];
    else delete setting[name];
  }
  if (setting.methods) setting.methods = setting.methods.split(",");
  if (setting.points) setting.points = setting.points.split(";").map((point) => point.split(",").map(Number)).filter((point) => point.length === 3 && point.every(Number.isFinite));
  return setting;
}
