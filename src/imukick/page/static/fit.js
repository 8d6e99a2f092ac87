// Takes away what does not fit, the least important first: count, instruction, verdict and Pain stay longest.

import { $, facts } from "/state.js";

const NAV = ["", "nokeys", "nokeys more", "nokeys more rows", "nokeys more rows one"];
const STEPS = [
  // [what goes, how large the instruction is, how much of the height the count has, step of NAV]
  ["", 1, 0.46, 0],
  ["scale", 1, 0.44, 0],
  ["scale meter", 1, 0.44, 0],
  ["scale meter", 1, 0.38, 1],
  ["scale meter leg", 1, 0.46, 1],
  ["scale meter leg", 0.8, 0.42, 1],
  ["scale meter leg sets", 0.8, 0.42, 1],
  ["scale meter leg sets", 0.8, 0.42, 2],
  ["scale meter leg sets ring", 0.8, 0.36, 2],
  ["scale meter leg sets ring why", 0.8, 0.36, 2],
  ["scale meter leg sets ring why", 0.62, 0.36, 2],
  ["scale meter leg sets ring why verdict", 0.62, 0.34, 2],
  ["scale meter leg sets ring why verdict", 0.5, 0.3, 2],
  ["scale meter leg sets ring why verdict", 0.4, 0.26, 2],
  ["scale meter leg sets ring why verdict do", 0.4, 1, 2],
];
const HEAD = ["", "quality", "quality clock", "quality clock battery", "quality clock battery sound", "quality clock battery sound link"];

let kept = { key: "", step: 0 };
let before = "";

const cut = (element) => element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1;
const shown = (element) => element.offsetParent !== null;
const across = () => innerWidth > innerHeight && innerWidth >= 560;

// Lays the page out again when something changed that may need more room or less.
export function fit(always = false) {
  const body = document.body;
  const size = [innerWidth, innerHeight, getComputedStyle(body).font, body.dataset.scene, body.dataset.stage, body.dataset.panel, facts.language].join("|");
  const texts = ["panel-title", "panel-text", "panel-buttons", "summary", "link-text", "battery", "quality", "clock", "sound-text", "side", "count", "aim", "do", "verdict", "sets"].map((id) => $(id).textContent);
  const labels = [...document.querySelectorAll("nav span")].map((one) => one.textContent);
  const signature = JSON.stringify([size, ...texts, ...labels]);
  if (signature === before && !always) return;
  before = signature;
  if (kept.key !== size || always) kept = { key: size, step: 0 };
  head();
  if (shown($("panel"))) {
    panel();
    return;
  }
  const least = bar();
  for (let step = kept.step; step < STEPS.length; step += 1) {
    take(step, least);
    if (fits() || step === STEPS.length - 1) {
      kept.step = step;
      break;
    }
  }
  grow();
  number();
}

function head() {
  const header = document.querySelector("header");
  for (const give of HEAD) {
    header.dataset.give = give;
    if (header.scrollWidth <= header.clientWidth + 1) return;
  }
}

// Before and after a session: the numbers of the table go first, then the letters get smaller; what is too long scrolls.
function panel() {
  const wide = () => [$("panel"), $("panel-body"), ...document.querySelectorAll("#panel-body > *, #panel-text > *, #panel-buttons button")].some((one) => shown(one) && one.scrollWidth > one.clientWidth + 1);
  for (const [give, size] of [["", 1], ["columns", 1], ["columns", 0.85], ["columns", 0.7], ["columns", 0.6], ["columns", 0.5]]) {
    document.body.dataset.give = give;
    document.documentElement.style.setProperty("--panel", size);
    if (!wide()) return;
  }
}

function bar() {
  for (let level = 0; level < NAV.length; level += 1) {
    document.body.dataset.nav = NAV[level];
    const buttons = [...document.querySelectorAll("nav button")].filter(shown);
    if (!buttons.some(cut)) return level;
  }
  return NAV.length - 1;
}

function take(step, least) {
  const [give, size, share, level] = STEPS[step];
  const body = document.body;
  body.dataset.give = give;
  body.dataset.nav = NAV[Math.max(level, least)];
  const main = document.querySelector("main");
  const { clientWidth: width, clientHeight: height } = main;
  const hero = across() ? Math.min(height, width * 0.46) : Math.min(height * share, width * 0.94);
  const root = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const ideal = across() ? Math.min(width * 0.055, innerHeight * 0.085) : Math.min(width * 0.088, innerHeight * 0.052);
  const style = document.documentElement.style;
  style.setProperty("--hero", `${Math.floor(hero)}px`);
  const smallest = 1.06 * root; // never smaller than a button's label
  style.setProperty("--do", `${Math.max(smallest, Math.max(ideal, 1.5 * root) * size)}px`);
  // no word of the instruction is cut: a long one makes it smaller
  for (let less = size; $("do").scrollWidth > $("do").clientWidth + 1 && less > 0.3; less -= 0.1) {
    style.setProperty("--do", `${Math.max(smallest, Math.max(ideal, 1.5 * root) * less)}px`);
  }
}

function fits() {
  return !cut($("story")) && !["do", "verdict", "sets"].some((id) => shown($(id)) && cut($(id)));
}

// What is left over goes to the count.
function grow() {
  if (across()) return;
  const story = $("story");
  const used = [...story.children].filter(shown);
  if (!used.length || shown($("leg"))) return;
  const bottom = Math.max(...used.map((one) => one.getBoundingClientRect().bottom));
  const spare = story.getBoundingClientRect().bottom - bottom - 4;
  const hero = $("hero").getBoundingClientRect();
  const most = document.body.dataset.give.includes("ring") ? Infinity : document.querySelector("main").clientWidth * 0.94;
  if (spare > 8) document.documentElement.style.setProperty("--hero", `${Math.floor(Math.min(most, hero.height + spare))}px`);
}

// The texts within the count's box: each as large as its box allows.
function number() {
  const box = $("number");
  for (const id of ["side", "aim", "count"]) {
    const text = $(id);
    text.style.fontSize = "";
    let size = parseFloat(getComputedStyle(text).fontSize);
    while ((text.scrollWidth > box.clientWidth + 1 || (id === "count" && box.scrollHeight > box.clientHeight + 1)) && size > 9) {
      size *= 0.9;
      text.style.fontSize = `${size}px`;
    }
  }
}
