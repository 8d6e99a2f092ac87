// The live page: takes frames from the websocket, keeps what is so, shows it, and says back what a person does.

import { Ring, Trace, pulse } from "/drawing.js";
import { Sounds } from "/sounds.js";

const KEEP_MS = 15000;
const DEAF_MS = 3500; // the server says something every second
const FRESH_MS = 2500; // an older cue is not sounded any more
const SURE_MS = 3000; // a second press within this time ends the session

const $ = (id) => document.getElementById(id);
const facts = {};
const rows = new Map();
let points = [];
let arrived = { ms: 0, at: 0 };
let socket = null;
let tries = 0;
let over = false;
let heardAt = performance.now();
let sureUntil = 0;
let beatBefore = "";
let away = "";

const sounds = new Sounds();
const ring = new Ring($("ring"));
const trace = new Trace($("trace"));

// How long each change took from the program to this page, for `benchmarks/page.py`; bounded.
const measured = { latency_ms: [], frame_ms: [], cues: [], spoken: [] };
window.imukick = { measured, facts, rows, sounds, points: () => points };
const note = (list, value) => {
  list.push(value);
  if (list.length > 4000) list.splice(0, 2000);
};

// ---------------------------------------------------------------- words and small things

const put = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};
const clockText = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const nowMs = () => arrived.ms + Math.min(250, performance.now() - arrived.at) * (facts.moving ? facts.speed || 1 : 0);

const stored = (name, otherwise) => {
  try {
    return localStorage.getItem(`imukick.${name}`) ?? otherwise;
  } catch {
    return otherwise;
  }
};
const store = (name, value) => {
  try {
    localStorage.setItem(`imukick.${name}`, value);
  } catch {
    // a private window: it holds for this visit
  }
};

// ---------------------------------------------------------------- the connection

function connect() {
  if (over) return;
  socket = new WebSocket(`ws://${location.host}/live`);
  socket.onopen = () => {
    tries = 0;
    heardAt = performance.now();
  };
  socket.onmessage = (event) => take(JSON.parse(event.data));
  socket.onclose = (event) => {
    socket = null;
    if (event.code === 1000 && facts.stage === "ended") {
      over = true;
      gone("");
      return;
    }
    tries += 1;
    if (tries > 1 || facts.stage) gone(facts.stage === "ended" ? "" : "imukick cannot be reached; trying again");
    if (facts.stage !== "ended") setTimeout(connect, Math.min(2000, 150 * 2 ** tries));
  };
}

function gone(why) {
  away = why;
  $("banner").hidden = !why;
  put($("banner"), why);
  show();
}

setInterval(() => {
  if (socket && socket.readyState === WebSocket.OPEN && performance.now() - heardAt > DEAF_MS) socket.close();
}, 500);
for (const name of ["online", "visibilitychange", "pageshow"]) {
  (name === "visibilitychange" ? document : window).addEventListener(name, () => {
    if (!document.hidden && !socket && !over) connect();
    if (!document.hidden) stayAwake();
  });
}

const say = (line) => {
  if (socket && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ say: line }));
};

function take(frame) {
  heardAt = performance.now();
  if (away) gone("");
  if (frame.full) {
    for (const name of Object.keys(facts)) delete facts[name];
    rows.clear();
    points = [];
  }
  Object.assign(facts, frame.facts || {});
  for (const row of frame.rows || []) rows.set(row.index, row);
  if (frame.points?.length) {
    points.push(...frame.points);
    const last = points[points.length - 1][0];
    const first = points.findIndex(([ms]) => ms > last - KEEP_MS);
    if (first > 100) points = points.slice(first);
    arrived = { ms: last, at: performance.now() };
  }
  if (frame.facts || frame.rows || frame.full) show(frame);
  for (const cue of frame.cues || []) hear(cue, frame.cues);
  if (frame.told_ms && !frame.full) note(measured.latency_ms, performance.timeOrigin + performance.now() - frame.told_ms);
  socket?.send(JSON.stringify({ ack: frame.n }));
}

// ---------------------------------------------------------------- what is shown

let toldRep = 0;

function show(frame = {}) {
  const stage = facts.stage || "looking";
  const body = document.body;
  if (body.dataset.stage !== stage) {
    body.dataset.stage = stage;
    body.dataset.mode = facts.mode || "live";
    stayAwake();
  }
  const link = facts.link || { up: false, text: "connecting" };
  $("link").dataset.up = link.up ? "yes" : "no";
  put($("link-text"), link.text);
  chip("battery", facts.battery_pct == null ? "" : `${facts.battery_pct <= 15 ? "! " : ""}▮ ${facts.battery_pct} %`);
  const loss = facts.loss_pct == null ? "" : ` · ${facts.loss_pct} % lost`;
  $("battery").setAttribute("aria-label", `battery ${facts.battery_pct ?? "unknown"} percent`);
  chip("quality", facts.rate_hz == null ? "" : `${facts.rate_hz} Hz${loss}`);
  chip("clock", facts.elapsed_s == null ? "" : clockText(facts.elapsed_s));
  if (!away) {
    const lost = !link.up && facts.began && stage !== "ended";
    $("banner").hidden = !lost;
    put($("banner"), lost ? `${link.text}. What was done is kept.` : "");
  }
  showCount(stage);
  showVerdict();
  showMeter();
  showSets();
  put($("coach"), stage === "paused" ? "Break: nothing counts" : facts.coach || "");
  showButtons(stage);
  showPanel(stage);
  if (frame.rows && !frame.full) tellReaders(frame.rows);
}

function chip(id, text) {
  $(id).hidden = !text;
  put($(id), text);
}

function showCount(stage) {
  const sides = { left: "◀ Left", right: "Right ▶" };
  const resting = stage === "rest" && facts.rest_left_s != null;
  let text = String(facts.reps ?? 0);
  let className = text.length > 2 ? "long" : "";
  let aim = facts.aim == null ? "" : `of ${facts.aim}`;
  if (stage === "looking") [text, className, aim] = ["looking for the sensor", "word", ""];
  else if (resting) {
    const long = facts.rest_left_s >= 100;
    [text, className] = long ? [clockText(facts.rest_left_s), "clock"] : [String(facts.rest_left_s), ""];
    aim = long ? "rest" : "s rest";
  } else if (stage === "paused") aim = "break";
  put($("side"), stage === "looking" ? "" : sides[facts.side] || "");
  $("count").className = className;
  put($("count"), text);
  put($("aim"), aim || (facts.set > 1 || facts.sets ? `set ${facts.set}${facts.sets ? ` of ${facts.sets}` : ""}` : facts.reps === 1 ? "rep" : "reps"));
}

function showVerdict() {
  const last = facts.last;
  $("verdict").dataset.tone = last?.tone || "none";
  put($("glyph"), last ? { good: "✓", warn: "!", none: "–" }[last.tone] : "");
  put($("word-text"), last ? last.word : "");
  $("word").classList.toggle("long", Boolean(last && last.word.length > 9));
  put($("why"), last ? last.why : facts.began ? "the first kick shows the axis" : "");
}

function showMeter() {
  const lift = facts.lift;
  const known = lift && lift.momentum != null;
  const limit = facts.limits?.momentum ?? 0.35;
  $("meter").dataset.zone = known ? lift.zone : "";
  $("fill").style.setProperty("--part", known ? `${Math.min(100, (50 * Math.max(0, lift.momentum)) / limit)}%` : "0%");
  put($("momentum"), !lift ? "" : known ? `${lift.momentum.toFixed(2)} ${lift.zone}` : "not known");
}

function showSets() {
  const box = $("sets");
  const done = facts.sets_done || [];
  const parts = [...done.map((set) => ({ ...set, over: true }))];
  const here = [...rows.values()].filter((row) => row.counted && row.set === facts.engine_set);
  const signature = JSON.stringify([done, facts.set, facts.sets, facts.side, facts.reps, facts.aim, here.map((row) => [row.clean])]);
  if (box.dataset.signature === signature) return;
  box.dataset.signature = signature;
  box.replaceChildren();
  for (const set of parts.slice(-6)) {
    const one = make("span", "set");
    one.append(make("b", "", `Set ${set.set}${set.side === "unknown" ? "" : ` ${set.side}`}`), ` ${set.reps}${set.aim ? ` of ${set.aim}` : ""} ✓`);
    box.append(one);
  }
  const now = make("span", "set");
  now.append(make("b", "", `Set ${facts.set ?? 1}${facts.sets ? ` of ${facts.sets}` : ""}`));
  const many = Math.max(facts.aim ?? 0, here.length, facts.reps ?? 0);
  const pips = Math.min(many, 24);
  for (let i = 0; i < pips; i += 1) {
    const row = here[here.length - Math.min(here.length, many) + i];
    now.append(make("i", row && i < (facts.reps ?? 0) ? (row.clean ? "done" : "warn") : i < (facts.reps ?? 0) ? "done" : ""));
  }
  box.append(now);
  const clean = here.filter((row) => row.clean).length;
  box.setAttribute("aria-label", `Set ${facts.set ?? 1}: ${facts.reps ?? 0}${facts.aim ? ` of ${facts.aim}` : ""} repetitions, ${clean} clean`);
}

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text != null) element.textContent = text;
  return element;
}

function showButtons(stage) {
  const label = stage === "paused" ? "Go on" : "Pause";
  put($("pause").firstElementChild, label);
  const live = facts.mode !== "replay";
  for (const button of document.querySelectorAll("nav button[data-live]")) button.hidden = !live;
  const off = !facts.began || !socket;
  for (const button of document.querySelectorAll("nav button")) button.disabled = off && button.id !== "end";
  const sure = performance.now() < sureUntil;
  for (const button of [$("end")]) {
    button.classList.toggle("sure", sure);
    put(button.firstElementChild, sure ? "Sure? End" : "End");
  }
}

function showPanel(stage) {
  const shown = ["waiting", "stopped", "ended"].includes(stage);
  const panel = $("panel");
  const opens = panel.hidden && shown;
  const changes = panel.dataset.stage !== stage;
  panel.hidden = !shown;
  panel.dataset.stage = stage;
  if (!shown) return;
  for (const button of $("panel-buttons").children) button.hidden = button.dataset.stages !== stage;
  $("summary").hidden = stage !== "ended" || !facts.summary;
  if (stage === "waiting") {
    put($("panel-title"), facts.mode === "replay" ? "Play this recording" : "Ready when you are");
    const live = ["Strap the sensor to the ankle, get into position, rest the leg.", "Start also lets this page make sounds."];
    lines($("panel-text"), facts.mode === "replay" ? [facts.title || ""] : [...(facts.plan ? [facts.plan] : []), ...(facts.before || []), ...live]);
    put($("panel-note"), facts.mode === "replay" ? "Start also lets this page make sounds." : facts.title || "");
  } else if (stage === "stopped") {
    put($("panel-title"), "Stopped: that hurt");
    lines($("panel-text"), facts.advice || []);
    put($("panel-note"), "Pain is noted in the recording. Nothing counts until you go on.");
  } else {
    showSummary();
  }
  // after pain no key does anything by itself: neither button has the focus
  if (opens || changes) (stage === "waiting" ? panel.querySelector("button:not([hidden])") : panel)?.focus({ preventScroll: true });
}

function lines(box, texts) {
  if (box.dataset.said === JSON.stringify(texts)) return;
  box.dataset.said = JSON.stringify(texts);
  box.replaceChildren(...texts.filter(Boolean).map((text) => make("p", "", text)));
}

function showSummary() {
  const summary = facts.summary;
  put($("panel-title"), summary ? summary.title : "The session is over");
  lines($("panel-text"), summary ? summary.lines : facts.trouble ? [facts.trouble] : []);
  put($("panel-note"), summary ? `${summary.note} You can close this page.` : "You can close this page.");
  const body = $("summary").tBodies[0];
  const signature = JSON.stringify(summary?.sets || []);
  if (body.dataset.signature === signature) return;
  body.dataset.signature = signature;
  body.replaceChildren(
    ...(summary?.sets || []).map((set) => {
      const line = make("tr");
      const cells = [set.set, set.side === "unknown" ? "–" : set.side, set.counted, set.clean, set.range, set.momentum];
      line.append(...cells.map((text, i) => make("td", i === 2 ? "big" : "", String(text))));
      return line;
    }),
  );
}

// One sentence a repetition for those who listen to a screen reader; the fast parts are hidden from it.
function tellReaders(changed) {
  const row = changed[changed.length - 1];
  if (row.index <= toldRep) return;
  toldRep = row.index;
  put($("status"), row.counted ? `Repetition ${facts.reps}. ${facts.last?.word || ""}. ${facts.last?.why || ""}` : `Not counted. ${facts.last?.why || ""}`);
}

// ---------------------------------------------------------------- what is heard

function hear(cue, together) {
  const age = performance.timeOrigin + performance.now() - cue.at_ms;
  note(measured.cues, { n: cue.n, kind: cue.kind, tone: cue.tone, spoken: cue.spoken });
  if (age > FRESH_MS || facts.stage === "waiting") return;
  if (cue.tone) sounds.tone(cue.tone);
  if (!cue.spoken) return;
  const louder = together.some((other) => other !== cue && other.spoken && other.priority > cue.priority);
  if (!louder) speak(cue.spoken, cue.priority >= 3, cue.tone);
}

function speak(text, urgent, tone) {
  note(measured.spoken, text);
  sounds.say(text, { urgent, tone: tone || "rep" });
}

function beat(here) {
  if (!here) return;
  const whole = `${here.phase} ${Math.floor(here.into)}`;
  if (whole === beatBefore) return;
  const begins = !beatBefore.startsWith(here.phase);
  beatBefore = whole;
  if ($("metronome").checked && facts.moving) sounds.tone(begins ? "beat_lift" : "beat", begins ? 0.5 : 0.25);
}

// ---------------------------------------------------------------- drawing, once a frame of the screen

function draw(at) {
  requestAnimationFrame(draw);
  if (document.hidden) return;
  const began = performance.now();
  const now = nowMs();
  const here = facts.tempo && facts.cycle_from_s != null && facts.moving ? pulse(facts.tempo, facts.cycle_from_s, now / 1000) : null;
  beat(here);
  if ($("panel").hidden) {
    const moving = facts.moving && facts.phase;
    ring.draw({ tempo: facts.tempo || null, phase: moving ? facts.phase : null, nowS: now / 1000, beat: here, bright: true });
    trace.draw({ points, rows: [...rows.values()].slice(-16), nowMs: now, fullDeg: facts.full_deg || 45, target: facts.target });
    const last = points.length ? points[points.length - 1][1] : null;
    put($("angle"), last == null ? (facts.began ? "comes with the first kick" : "") : `${Math.round(last)}°`);
  }
  note(measured.frame_ms, performance.now() - began);
  if (at && sureUntil && performance.now() > sureUntil) {
    sureUntil = 0;
    showButtons(facts.stage);
  }
}

// ---------------------------------------------------------------- what a person does

function pressed(button) {
  sounds.unlock();
  if (button.id === "pause") say(facts.stage === "paused" ? "resume" : "break");
  else if (button.id === "end") askEnd();
  else if (button.dataset.say) say(button.dataset.say);
}

function askEnd() {
  if (performance.now() < sureUntil) {
    sureUntil = 0;
    say("quit");
  } else {
    sureUntil = performance.now() + SURE_MS;
    put($("status"), "Press End once more to end the session.");
  }
  showButtons(facts.stage);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("nav button, #panel-buttons button");
  if (button && !button.disabled) pressed(button);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || $("settings").open) return;
  const onButton = event.target.closest?.("button, input, a");
  if (onButton && (event.key === " " || event.key === "Enter")) return; // the button is pressed by it already
  const key = event.key === " " ? "p" : event.key === "Enter" ? (facts.stage === "waiting" ? "b" : "") : event.key.toLowerCase();
  if (!key) return;
  const wanted = facts.stage === "waiting" && key === "p" ? "b" : key;
  const button = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === wanted && one.offsetParent !== null && !one.disabled);
  if (button) {
    event.preventDefault();
    pressed(button);
  }
});

// ---------------------------------------------------------------- settings: they stay in this browser

function settle() {
  sounds.voice = stored("voice", "on") === "on";
  sounds.tones = stored("tones", "on") === "on";
  const theme = stored("theme", "auto");
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  $("voice").checked = sounds.voice;
  $("tones").checked = sounds.tones;
  $("metronome").checked = stored("metronome", "off") === "on";
  for (const radio of document.querySelectorAll("[name=theme]")) radio.checked = radio.value === theme;
  ring.relook();
  trace.relook();
  soundMark();
}

function soundMark() {
  const on = sounds.voice || sounds.tones;
  put($("sound-mark"), !on ? "∅" : sounds.locked ? "▸" : "♪");
  put($("settings-open").lastChild, !on ? " Sound off" : sounds.locked ? " Sound on" : " Sound");
  $("settings-open").setAttribute("aria-label", !on ? "Sound off: settings" : sounds.locked ? "Sound on: tap to allow it" : "Sound: settings");
  put($("voice-note"), sounds.voice && !sounds.canSpeak ? "This browser has no voice of its own for English: tones and text instead." : "");
}

sounds.onchange = soundMark;
$("settings-open").addEventListener("click", () => {
  const locked = sounds.locked && (sounds.voice || sounds.tones);
  sounds.unlock();
  if (locked && facts.stage === "running") return; // one tap beside the mat: sound is on
  settle();
  $("settings").showModal();
});
$("try-sound").addEventListener("click", () => {
  sounds.unlock();
  sounds.tone("rep");
  setTimeout(() => sounds.say("one", { urgent: true }), 300);
});
for (const name of ["voice", "tones", "metronome"]) {
  $(name).addEventListener("change", (event) => {
    store(name, event.target.checked ? "on" : "off");
    settle();
  });
}
for (const radio of document.querySelectorAll("[name=theme]")) {
  radio.addEventListener("change", () => {
    store("theme", radio.value);
    settle();
  });
}
matchMedia("(prefers-color-scheme: light)").addEventListener("change", settle);

let lock = null;
async function stayAwake() {
  if (!("wakeLock" in navigator) || document.hidden || over || (lock && !lock.released)) return;
  try {
    lock = await navigator.wakeLock.request("screen");
  } catch {
    lock = null; // not allowed here: over plain http, or the battery is low
  }
}

settle();
show();
connect();
requestAnimationFrame(draw);
