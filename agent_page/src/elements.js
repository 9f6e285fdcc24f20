// Elements from text alone: nothing here reads HTML, so what callers and logins wrote stays text.

const SVG = "http://www.w3.org/2000/svg";

/** @type {Record<string, string>} */
const DRAWINGS = {
  enough: "M4 12.5 9.5 18 20 6.5",
  not_enough: "M12 4v10M12 18.5v.5",
  none: "M9 9a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4M12 18.5v.5",
  conflict: "M6 6l12 12M18 6 6 18",
  info: "M12 10.5v8M12 5v.5",
};

/**
 * @param {string} tag
 * @param {string} style names of classes
 * @param {...(Node | string)} content
 */
export function element(tag, style, ...content) {
  const made = document.createElement(tag);
  if (style) made.className = style;
  made.append(...content);
  return made;
}

/**
 * Text from outside, whose direction of writing stays its own.
 * @param {string} text
 */
export function foreign(text) {
  return element("bdi", "", text);
}

/**
 * A sign that says by its shape what the heading beside it says in words.
 * @param {string} name
 */
export function sign(name) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("class", "sign");
  drawing.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", DRAWINGS[name] ?? DRAWINGS["info"] ?? "");
  drawing.append(line);
  return drawing;
}

/**
 * Pairs of a name and what it is.
 * @param {Iterable<[string | Node, ...(Node | string)[]]>} pairs
 */
export function list(pairs) {
  const made = element("dl", "");
  for (const [name, ...values] of pairs) {
    made.append(element("div", "", element("dt", "", name), element("dd", "", ...values)));
  }
  return made;
}
