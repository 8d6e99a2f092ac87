// Shows what the program says: the count and what it is, what to do next, the last verdict, the sets, the panel.

import { $, clockText, facts, make, own, put, rows, word } from "/state.js";

let spokenFor = 0; // the newest repetition that a screen reader has heard of
let spokenScene = "";

const sides = () => ({ left: `◀ ${word("left")}`, right: `${word("right")} ▶` });

export function show(frame = {}) {
  own.changed = true;
  const stage = facts.stage || "looking";
  const body = document.body;
  body.dataset.stage = stage;
  body.dataset.mode = facts.mode || "live";
  if (frame.facts?.words) showWords();
  const link = facts.link || { up: false, key: "link_connecting" };
  $("link").dataset.up = link.up ? "yes" : "no";
  put($("link-text"), word(link.key));
  chip("battery", facts.battery_pct == null ? "" : `${facts.battery_pct <= 15 ? "! " : ""}▮ ${facts.battery_pct} %`);
  $("battery").setAttribute("aria-label", word("battery", { n: facts.battery_pct }));
  const loss = facts.loss_pct == null ? "" : ` · ${word("loss", { n: facts.loss_pct })}`;
  chip("quality", facts.rate_hz == null ? "" : `${facts.rate_hz} Hz${loss}`);
  chip("clock", facts.elapsed_s == null ? "" : clockText(facts.elapsed_s));
  put($("banner"), own.away ? word("away") || "imukick cannot be reached; trying again" : "");
  const scene = sceneNow(stage);
  body.dataset.scene = scene.name;
  showNumber(scene);
  showStory(scene);
  showMeter();
  showSets();
  showButtons(stage);
  showPanel(stage);
  tellReaders(frame, scene);
}

function showWords() {
  document.documentElement.lang = facts.language;
  for (const element of document.querySelectorAll("[data-word]")) put(element, word(element.dataset.word));
  for (const [id, key] of [["hero", "reps_label"], ["story", "story_label"], ["trace", "angle_label"]]) $(id).setAttribute("aria-label", word(key));
  document.querySelector("nav").setAttribute("aria-label", word("session_label"));
  $("sets").dataset.signature = "";
}

function chip(id, text) {
  $(id).hidden = !text;
  put($(id), text);
}

// ---------------------------------------------------------------- the scene: what the large things say

const where = () => word(facts.sets ? "set_of" : "set", { set: facts.set ?? 1, sets: facts.sets });
const done = () => (facts.aim == null ? word("rep_count", { n: facts.reps ?? 0 }) : word("done_of", { reps: facts.reps ?? 0, aim: facts.aim }));

// {name, side, count, kind, aim, todo, more}: `kind` is how large the count's text is
function sceneNow(stage) {
  const side = sides()[facts.side] || "";
  const coach = facts.coach || "";
  const link = facts.link || {};
  if (stage === "looking") return { name: "looking", side: "", count: word("looking"), kind: "words", aim: "", todo: word("looking_do"), more: "" };
  if (own.away || (!link.up && facts.began && stage !== "ended")) {
    return { name: "lost", side: "", count: word("lost"), kind: "word", aim: done(), todo: word("lost_do"), more: word(link.key) };
  }
  if (stage === "paused") return { name: "break", side: "❚❚", count: word("break"), kind: "word", aim: done(), todo: word("break_do"), more: "" };
  if (facts.ready_left_s) return { name: "ready", side: word("ready"), count: String(facts.ready_left_s), kind: "", aim: side || where(), todo: coach, more: "" };
  if (stage === "rest" && facts.rest_left_s) {
    return { name: "rest", side: word("rest"), count: clockText(facts.rest_left_s), kind: "clock", aim: where(), todo: word("rest_do", { set: facts.set, sets: facts.sets, side: facts.side_text ?? "" }), more: coach };
  }
  if (stage === "rest") return { name: "turn", side, count: word("turn"), kind: "word", aim: where(), todo: coach, more: "" };
  if (stage === "done") return { name: "done", side: "", count: word("done"), kind: "word", aim: "", todo: word("done_do"), more: coach };
  const last = facts.last;
  const todo = coach || last?.word || "";
  const reps = facts.reps ?? 0;
  if (!reps) return { name: "begin", side, count: word("begin"), kind: "word", aim: facts.aim == null ? where() : word("to_do", { aim: facts.aim }), todo: todo || word("begin_do"), last };
  const aim = facts.aim == null ? (facts.set > 1 ? where() : word(reps === 1 ? "one_rep" : "reps")) : word("of", { aim: facts.aim });
  return { name: "count", side, count: String(reps), kind: reps > 99 ? "long" : "", aim, todo, last };
}

function showNumber(scene) {
  put($("side"), scene.side);
  if ($("count").className !== scene.kind) $("count").className = scene.kind;
  put($("count"), scene.count);
  put($("aim"), scene.aim);
}

// What to do next in large; the verdict and its number below it, small. Where there is nothing to do, the verdict is large.
function showStory(scene) {
  const last = scene.last;
  const large = last && scene.todo === last.word;
  put($("do"), `${large && last.tone === "good" ? "✓ " : ""}${scene.todo}`);
  $("do").dataset.tone = large ? last.tone : "";
  $("verdict").dataset.tone = last?.tone || "";
  put($("glyph"), last && !large ? { good: "✓", warn: "!", none: "–" }[last.tone] : "");
  put($("word-text"), last && !large ? last.word : "");
  put($("why"), last ? last.why : scene.more || "");
}

function showMeter() {
  const lift = facts.lift;
  const known = lift && lift.momentum != null;
  const limit = facts.limits?.momentum ?? 0.35;
  $("meter").dataset.zone = known ? lift.zone : "";
  $("fill").style.setProperty("--part", known ? `${Math.min(100, (50 * Math.max(0, lift.momentum)) / limit)}%` : "0%");
  const share = known ? lift.momentum.toLocaleString(facts.language, { minimumFractionDigits: 2, maximumFractionDigits: 2 }) : "";
  put($("momentum"), !lift ? "" : known ? `${share} ${word(lift.zone)}` : word("not_known"));
}

function showSets() {
  const box = $("sets");
  const over = facts.sets_done || [];
  const here = [...rows.values()].filter((row) => row.counted && row.set === facts.engine_set);
  const signature = JSON.stringify([facts.language, over, facts.set, facts.sets, facts.side, facts.reps, facts.aim, here.map((row) => row.clean)]);
  if (box.dataset.signature === signature) return;
  box.dataset.signature = signature;
  box.replaceChildren();
  for (const set of over.slice(-4)) {
    const one = make("span", "set");
    const reps = set.aim ? word("done_of", set) : word("rep_count", { n: set.reps });
    one.append(make("b", "", `${word("set", set)}${set.side_text ? `, ${set.side_text}` : ""}`), ` ${reps}${set.hurt ? " !" : " ✓"}`);
    box.append(one);
  }
  const now = make("span", "set");
  now.append(make("b", "", where()));
  const reps = facts.reps ?? 0;
  const many = Math.max(facts.aim ?? 0, here.length, reps);
  for (let i = 0; i < Math.min(many, 24); i += 1) {
    const row = here[here.length - Math.min(here.length, many) + i];
    now.append(make("i", i < reps ? (row && !row.clean ? "warn" : "done") : ""));
  }
  box.append(now);
  box.setAttribute("aria-label", word("sets_label", { set: facts.set ?? 1, n: reps, clean: here.filter((row) => row.clean).length }));
}

export function showButtons(stage) {
  own.changed = true;
  put($("pause").firstElementChild, word(stage === "paused" ? "go_on" : "break"));
  const live = facts.mode !== "replay";
  for (const button of document.querySelectorAll("nav button[data-live]")) button.hidden = !live;
  $("more").hidden = !live;
  const off = !facts.began || !own.open;
  for (const button of document.querySelectorAll("nav button")) button.disabled = off && !["end", "more", "back"].includes(button.id);
  const sure = performance.now() < own.sureUntil;
  $("end").classList.toggle("sure", sure);
  put($("end").firstElementChild, word(sure ? "sure" : "end"));
}

// ---------------------------------------------------------------- the panel: before, after pain, at the end

function panelOf(stage) {
  if (facts.question && stage !== "ended" && stage !== "looking") return "question";
  return ["waiting", "stopped", "ended"].includes(stage) ? stage : "";
}

function showPanel(stage) {
  const panel = $("panel");
  const name = panelOf(stage);
  const changes = (document.body.dataset.panel ?? "") !== name;
  panel.hidden = !name;
  if (!name) {
    delete document.body.dataset.panel;
    return;
  }
  document.body.dataset.panel = name;
  delete document.body.dataset.open;
  for (const button of $("panel-buttons").children) button.hidden = !button.dataset.stages.split(" ").includes(name);
  suggest();
  $("summary").hidden = name !== "ended" || !facts.summary;
  const before = facts.before || [];
  if (name === "question") {
    put($("panel-title"), word("question_title"));
    lines([["", facts.question]]);
    put($("panel-note"), "");
  } else if (name === "waiting" && facts.mode === "replay") {
    put($("panel-title"), word("replay_title"));
    lines([["", facts.title || ""]]);
    put($("panel-note"), word("waiting_sound"));
  } else if (name === "waiting") {
    put($("panel-title"), word("waiting_title"));
    const moved = facts.early ? [["now", word("waiting_moved")]] : [];
    lines([...moved, ["", facts.plan || ""], ...before.map((text) => ["", text]), ["", word("waiting_strap")], ["", word("waiting_sound")]]);
    put($("panel-note"), facts.title || "");
  } else if (name === "stopped") {
    put($("panel-title"), word("stopped_title"));
    lines((facts.advice || []).map((text) => ["", text]));
    put($("panel-note"), word("stopped_note"));
  } else {
    showSummary();
  }
  // after pain no key does anything by itself: neither button has the focus
  if (changes) (name === "waiting" ? panel.querySelector("#panel-buttons .primary:not([hidden])") : panel)?.focus({ preventScroll: true });
}

// The browser's language is offered where nobody has chosen one.
function suggest() {
  const button = $("suggest");
  const code = (navigator.languages || []).map((one) => one.slice(0, 2)).find((one) => facts.languages?.[one]);
  if (!code || code === facts.language || facts.language_chosen) button.hidden = true;
  button.dataset.say = `language ${code}`;
  button.lang = code || "";
  put(button, facts.languages?.[code] ?? "");
}

// Texts of the panel: [class, text] each.
function lines(texts) {
  const box = $("panel-text");
  const said = JSON.stringify(texts);
  if (box.dataset.said === said) return;
  box.dataset.said = said;
  box.replaceChildren(...texts.filter(([, text]) => text).map(([kind, text]) => make("p", kind, text)));
}

function showSummary() {
  const summary = facts.summary;
  put($("panel-title"), summary ? summary.pain || summary.title : word("ended_title"));
  const hurt = summary?.pain ? [["hurt", summary.advice], ["", summary.title]] : [];
  lines([...hurt, ...(summary ? summary.lines : facts.trouble ? [facts.trouble] : []).map((text) => ["", text])]);
  put($("panel-note"), `${summary ? `${word("ended_recording", { name: summary.recording })} ` : ""}${word("ended_close")}`);
  document.body.toggleAttribute("data-hurt", Boolean(summary?.pain));
  const body = $("summary").tBodies[0];
  const signature = JSON.stringify(summary?.sets || []);
  if (body.dataset.signature === signature) return;
  body.dataset.signature = signature;
  body.replaceChildren(
    ...(summary?.sets || []).map((set) => {
      const line = make("tr");
      const cells = [set.set, set.side, set.counted, set.clean, set.range, set.momentum];
      line.append(...cells.map((text, i) => make("td", i === 2 ? "big" : "", String(text))));
      return line;
    }),
  );
}

// One sentence a repetition, or a change of what goes on, for those who listen to a screen reader.
function tellReaders(frame, scene) {
  const row = frame.full ? null : frame.rows?.[frame.rows.length - 1];
  if (row && row.index > spokenFor && facts.last?.index === row.index) {
    spokenFor = row.index;
    const values = { n: row.number ?? row.index, word: facts.coach || facts.last.word, why: facts.last.why };
    put($("status"), word(row.counted ? "status_rep" : "status_not", values));
  } else if (scene.name !== spokenScene && !["count", "begin"].includes(scene.name)) {
    const said = [scene.name === "ready" || scene.name === "rest" ? scene.side : scene.count, scene.todo, scene.more];
    put($("status"), said.filter(Boolean).join(". "));
  }
  spokenScene = scene.name;
}
