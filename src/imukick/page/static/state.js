// What the page knows: facts and repetitions as the program sent them, its words, and how the page itself is.

export const facts = {};
export const rows = new Map();
export const own = { open: false, over: false, away: false, changed: true, sureUntil: 0, points: [] };

export const $ = (id) => document.getElementById(id);

export const put = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

export const make = (tag, className, text) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text != null) element.textContent = text;
  return element;
};

// A word of the session's language, its {gaps} filled; empty before the first frame has come.
export const word = (key, values = {}) => (facts.words?.[key] ?? "").replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

// What the coach says, by its key; the numbers in it are the program's.
export const clockText = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

export const stored = (name, otherwise) => {
  try {
    return localStorage.getItem(`imukick.${name}`) ?? otherwise;
  } catch {
    return otherwise;
  }
};

export const store = (name, value) => {
  try {
    localStorage.setItem(`imukick.${name}`, value);
  } catch {
    // a private window: it holds for this visit
  }
};
