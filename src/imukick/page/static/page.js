// The live page: takes frames from the websocket, keeps what is so, shows it, and says back what a person does.

import { Ring, Trace, pulse } from "/drawing.js";
import { fit } from "/fit.js";
import { show, showButtons } from "/show.js";
import { Sounds } from "/sounds.js";
import { $, facts, make, own, put, rows, store, stored, word } from "/state.js";

const KEEP_MS = 15000;
const DEAF_MS = 3500; // the server says something every second
const FRESH_MS = 2500; // an older cue is not sounded any more
const SURE_MS = 3000; // a second press within this time ends the session

let arrived = { ms: 0, at: 0 };
let socket = null;
let tries = 0;
let heardAt = performance.now();
let beatBefore = "";
let fittedAt = 0;
let readyBefore = null;

const sounds = new Sounds();
const ring = new Ring($("ring"));
const trace = new Trace($("trace"));

// How long each change took from the program to this page, for `benchmarks/page.py`; bounded.
const measured = { latency_ms: [], frame_ms: [], cues: [], spoken: [] };
window.imukick = { measured, facts, rows, sounds, fit: () => fit(true), points: () => own.points };
const note = (list, value) => {
  list.push(value);
  if (list.length > 4000) list.splice(0, 2000);
};
const nowMs = () => arrived.ms + Math.min(250, performance.now() - arrived.at) * (facts.moving ? facts.speed || 1 : 0);

// ---------------------------------------------------------------- the connection

function connect() {
  if (own.over || socket) return;
  socket = new WebSocket(`ws://${location.host}/live`);
  socket.onopen = () => {
    tries = 0;
    heardAt = performance.now();
  };
  socket.onmessage = (event) => take(JSON.parse(event.data));
  socket.onclose = (event) => closed(event.code);
}

function closed(code) {
  socket = null;
  own.open = false;
  if (code === 1000 && facts.stage === "ended") {
    own.over = true;
    show();
    return;
  }
  tries += 1;
  own.away = facts.stage !== "ended" && (own.away || tries > 1 || Boolean(facts.stage));
  show();
  if (facts.stage !== "ended") setTimeout(connect, Math.min(2000, 150 * 2 ** tries));
}

// A phone that slept may hold a connection that is dead and does not close either: it is left behind.
function leaveDead() {
  if (!socket || performance.now() - heardAt <= DEAF_MS) return;
  const dead = socket;
  dead.onopen = dead.onmessage = dead.onclose = null;
  dead.close();
  closed(0);
}

setInterval(leaveDead, 500);
for (const name of ["online", "visibilitychange", "pageshow"]) {
  (name === "visibilitychange" ? document : window).addEventListener(name, () => {
    if (document.hidden) return;
    connect();
    stayAwake();
  });
}

const say = (line) => {
  if (socket && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ say: line }));
};

function take(frame) {
  heardAt = performance.now();
  const news = frame.full || frame.facts || frame.rows || own.away || !own.open;
  own.away = false;
  own.open = true;
  if (frame.full) {
    for (const name of Object.keys(facts)) delete facts[name];
    rows.clear();
    own.points = [];
  }
  Object.assign(facts, frame.facts || {});
  for (const row of frame.rows || []) rows.set(row.index, row);
  if (frame.points?.length) {
    own.points.push(...frame.points);
    const last = own.points[own.points.length - 1][0];
    const first = own.points.findIndex(([ms]) => ms > last - KEEP_MS);
    if (first > 100) own.points = own.points.slice(first);
    arrived = { ms: last, at: performance.now() };
  }
  if (frame.facts?.words) relabel();
  if (frame.full) wishLanguage();
  if (news) show(frame);
  if (frame.facts && "stage" in frame.facts) stayAwake();
  if (frame.facts && "ready_left_s" in frame.facts) countdown();
  for (const cue of frame.cues || []) hear(cue, frame.cues);
  if (frame.told_ms && !frame.full) note(measured.latency_ms, performance.timeOrigin + performance.now() - frame.told_ms);
  socket?.send(JSON.stringify({ ack: frame.n }));
}

// ---------------------------------------------------------------- what is heard, seen from the corner of an eye, and felt

function hear(cue, together) {
  const age = performance.timeOrigin + performance.now() - cue.at_ms;
  note(measured.cues, { n: cue.n, kind: cue.kind, tone: cue.tone, spoken: cue.spoken });
  if (age > FRESH_MS || (facts.stage === "waiting" && cue.kind !== "early")) return;
  if (cue.tone) sounds.signal(cue.tone);
  if (!cue.spoken) return;
  const louder = together.some((other) => other !== cue && other.spoken && other.priority > cue.priority);
  if (!louder) speak(cue.spoken, cue.priority >= 3, cue.tone);
}

function speak(text, urgent, tone) {
  note(measured.spoken, text);
  sounds.say(text, { urgent, tone: tone || "rep" });
}

// Three, two, one before a set.
function countdown() {
  const left = facts.ready_left_s;
  if (left) sounds.tone("ready");
  else if (readyBefore && facts.moving) sounds.signal("go");
  readyBefore = left;
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

function draw(at = 0) {
  requestAnimationFrame(draw);
  if (document.hidden) return;
  const began = performance.now();
  const now = nowMs();
  const here = facts.tempo && facts.cycle_from_s != null && facts.moving ? pulse(facts.tempo, facts.cycle_from_s, now / 1000) : null;
  beat(here);
  if (own.changed || at - fittedAt > 1000) {
    // once a second too: letters may have been made larger
    own.changed = false;
    fittedAt = at;
    fit();
  }
  if ($("panel").hidden) {
    const moving = facts.moving && facts.phase;
    ring.draw({ tempo: facts.tempo || null, phase: moving ? facts.phase : null, nowS: now / 1000, beat: here, bright: true });
    trace.draw({ points: own.points, rows: [...rows.values()].slice(-16), nowMs: now, fullDeg: facts.full_deg || 45, target: facts.target });
    const last = own.points.length ? own.points[own.points.length - 1][1] : null;
    put($("angle"), last == null ? (facts.began ? word("angle_first") : "") : `${Math.round(last)}°`);
  }
  note(measured.frame_ms, performance.now() - began);
  if (own.sureUntil && performance.now() > own.sureUntil) {
    own.sureUntil = 0;
    showButtons(facts.stage);
  }
}

// ---------------------------------------------------------------- what a person does

function pressed(button) {
  sounds.unlock();
  if (button.id === "more") open(true);
  else if (button.id === "back") open(false);
  else if (button.id === "pause") say(facts.stage === "paused" ? "resume" : "break");
  else if (button.id === "end") askEnd();
  else if (button.dataset.say) {
    if (button.id === "suggest") store("language", button.lang);
    say(button.dataset.say);
    open(false);
  }
}

// The buttons that are behind "More" where there is little room.
function open(on) {
  if (on === "open" in document.body.dataset) return;
  if (on) document.body.dataset.open = "";
  else delete document.body.dataset.open;
  if (document.body.dataset.nav.includes("more")) (on ? $("back") : $("more")).focus({ preventScroll: true });
}

function askEnd() {
  if (performance.now() < own.sureUntil || facts.stage === "stopped") {
    own.sureUntil = 0;
    say("quit");
  } else {
    own.sureUntil = performance.now() + SURE_MS;
    put($("status"), word("sure_status"));
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
  if (event.key === "Escape") open(false);
  const key = event.key === " " ? "p" : event.key === "Enter" ? (facts.stage === "waiting" ? "b" : "") : event.key.toLowerCase();
  if (!key) return;
  const wanted = facts.stage === "waiting" && key === "p" ? "b" : key;
  const inPanel = !$("panel").hidden;
  const button = [...document.querySelectorAll("[data-key]")].find(
    (one) => one.dataset.key === wanted && !one.hidden && !one.disabled && Boolean(one.closest("#panel")) === inPanel,
  );
  if (button) {
    event.preventDefault();
    pressed(button);
  }
});

// ---------------------------------------------------------------- settings: they stay in this browser

const SWITCHES = { voice: "on", tones: "on", metronome: "off", flashes: "on", vibration: "on" };

function settle() {
  for (const [name, otherwise] of Object.entries(SWITCHES)) $(name).checked = stored(name, otherwise) === "on";
  for (const name of ["voice", "tones", "flashes", "vibration"]) sounds[name] = $(name).checked;
  const theme = stored("theme", "auto");
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  for (const radio of document.querySelectorAll("[name=theme]")) radio.checked = radio.value === theme;
  relabel();
}

// What was chosen in this browser once is wished again, where nobody has chosen for this session.
function wishLanguage() {
  const before = stored("language", "");
  if (before && before !== facts.language && facts.languages?.[before] && !facts.language_chosen) say(`language ${before}`);
}

// What depends on the language or the look.
function relabel() {
  sounds.language = facts.language || "en";
  const offered = facts.languages || {};
  const select = $("language");
  if (select.childElementCount !== Object.keys(offered).length) {
    select.replaceChildren(
      ...Object.entries(offered).map(([code, name]) => {
        const one = make("option", "", name);
        one.value = one.lang = code;
        return one;
      }),
    );
  }
  select.value = sounds.language;
  ring.relook();
  trace.relook();
  soundMark();
}

function soundMark() {
  const on = sounds.voice || sounds.tones;
  const key = !on ? "sound_off" : sounds.locked ? "sound_on" : "sound";
  put($("sound-mark"), !on ? "∅" : sounds.locked ? "▸" : "♪");
  put($("sound-text"), word(key));
  $("settings-open").setAttribute("aria-label", word(`${key}_label`) || "Sound");
  put($("voice-note"), sounds.voice && !sounds.canSpeak ? word("no_voice") : "");
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
  sounds.signal("rep");
  setTimeout(() => sounds.say(word("try_word"), { urgent: true }), 300);
});
for (const name of Object.keys(SWITCHES)) {
  $(name).addEventListener("change", (event) => {
    store(name, event.target.checked ? "on" : "off");
    settle();
  });
}
$("language").addEventListener("change", (event) => {
  store("language", event.target.value);
  say(`language ${event.target.value}`);
});
for (const radio of document.querySelectorAll("[name=theme]")) {
  radio.addEventListener("change", () => {
    store("theme", radio.value);
    settle();
  });
}
addEventListener("resize", () => (own.changed = true));
matchMedia("(prefers-color-scheme: light)").addEventListener("change", settle);

let lock = null;
async function stayAwake() {
  if (!("wakeLock" in navigator) || document.hidden || own.over || (lock && !lock.released)) return;
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
