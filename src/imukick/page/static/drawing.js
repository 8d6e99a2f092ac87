// The two pictures: the ring of phases around the count, and the angle of the leg over the last seconds.

import { facts, word } from "/state.js";

const SPAN_S = 12;
const seconds = (s) => s.toLocaleString(facts.language || "en", { maximumFractionDigits: 1 });
const ORDER = ["lift", "hold", "lower", "rest"];

const looks = () => {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  return Object.fromEntries(["ground", "raised", "line", "ink", "soft", "good", "warn", "trace", "span", "span-warn"].map((name) => [name, colour(name)]));
};

class Picture {
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    this.relook();
    new ResizeObserver(() => this.fit()).observe(canvas);
    this.fit();
  }

  fit() {
    const scale = window.devicePixelRatio || 1;
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    this.canvas.width = Math.max(1, Math.round(this.width * scale));
    this.canvas.height = Math.max(1, Math.round(this.height * scale));
    this.scale = scale;
  }

  relook() {
    this.colours = looks();
    this.rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    this.font = getComputedStyle(document.body).fontFamily;
  }

  begin() {
    this.pen.setTransform(this.scale, 0, 0, this.scale, 0, 0);
    this.pen.clearRect(0, 0, this.width, this.height);
    return this.pen;
  }
}

// Where a metronome is: the same sum as imukick.coaching.metronome.pulse.
export function pulse(tempo, fromS, nowS) {
  const parts = ORDER.map((name) => [name, tempo[name]]).filter(([, took]) => took > 0);
  if (nowS < fromS) return { phase: "rest", share: 0, into: 0 };
  const cycle = parts.reduce((sum, [, took]) => sum + took, 0);
  let into = (nowS - fromS) % cycle;
  for (const [phase, took] of parts) {
    if (into < took) return { phase, share: into / took, into };
    into -= took;
  }
  return { phase: parts[parts.length - 1][0], share: 1, into };
}

// Each phase as a part of the circle, in the order of a kick, beginning at the top.
export function arcs(tempo) {
  const least = 0.09; // a hold of 0 s can still be seen
  const took = ORDER.map((name) => (tempo ? tempo[name] : 1));
  const sum = took.reduce((a, b) => a + b, 0);
  const shares = took.map((s) => Math.max(least, s / sum));
  const whole = shares.reduce((a, b) => a + b, 0);
  let at = 0;
  return ORDER.map((name, i) => {
    const from = at;
    at += shares[i] / whole;
    return { name, from, to: at };
  });
}

export class Ring extends Picture {
  // tempo: s of each phase or null; phase: {name, since_s} or null; beat: metronome's {phase, share} or null
  draw({ tempo, phase, nowS, beat, bright }) {
    const pen = this.begin();
    const c = this.colours;
    const size = Math.min(this.width, this.height);
    const middle = size / 2;
    const thick = size * 0.05;
    const radius = middle - thick * 0.5 - size * 0.052;
    const gap = (thick * 0.75) / radius / (2 * Math.PI);
    const turn = (share) => (share - 0.25) * 2 * Math.PI;
    pen.lineCap = "butt";
    pen.font = `750 ${Math.max(10, size * 0.034)}px ${this.font}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    for (const arc of arcs(tempo)) {
      const now = phase && phase.name === arc.name;
      const from = arc.from + gap / 2;
      const to = arc.to - gap / 2;
      pen.lineWidth = now ? thick : thick * 0.62;
      pen.strokeStyle = now ? c.raised : c.raised;
      pen.beginPath();
      pen.arc(middle, middle, radius, turn(from), turn(to));
      pen.stroke();
      pen.lineWidth = 2;
      pen.strokeStyle = c.line;
      for (const edge of [-1, 1]) {
        pen.beginPath();
        pen.arc(middle, middle, radius + (edge * thick * (now ? 1 : 0.62)) / 2, turn(from), turn(to));
        pen.stroke();
      }
      if (now) {
        const aim = tempo ? tempo[arc.name] : 0;
        const took = Math.max(0, nowS - phase.since_s);
        const share = aim > 0 ? Math.min(1, took / aim) : 1;
        const late = aim > 0 && took > aim * 1.25 + 0.3;
        pen.strokeStyle = late ? c.warn : c.good;
        pen.lineWidth = thick;
        pen.beginPath();
        pen.arc(middle, middle, radius, turn(from), turn(from + (to - from) * share));
        pen.stroke();
      }
      const centre = turn((arc.from + arc.to) / 2);
      const out = middle - size * 0.024;
      pen.save();
      pen.translate(middle + out * Math.cos(centre), middle + out * Math.sin(centre));
      pen.rotate(centre + Math.PI / 2 + (Math.sin(centre) > 0.3 ? Math.PI : 0));
      pen.fillStyle = now && bright ? c.ink : c.soft;
      const name = word(`phase_${arc.name}`).toLocaleUpperCase(facts.language || "en");
      const room = (arc.to - arc.from) * 2 * Math.PI * out * 0.96;
      const label = [tempo ? `${name} ${seconds(tempo[arc.name])} s` : name, name].find((text) => pen.measureText(text).width <= room);
      if (label) pen.fillText(label, 0, 0);
      pen.restore();
    }
    if (beat) {
      const arc = arcs(tempo).find(({ name }) => name === beat.phase);
      const at = turn(arc.from + gap / 2 + (arc.to - arc.from - gap) * beat.share);
      pen.fillStyle = c.ink;
      pen.strokeStyle = c.ground;
      pen.lineWidth = 3;
      pen.beginPath();
      pen.arc(middle + radius * Math.cos(at), middle + radius * Math.sin(at), thick * 0.55, 0, 2 * Math.PI);
      pen.fill();
      pen.stroke();
    }
  }
}

export class Trace extends Picture {
  // points: [t_ms, angle_deg | null]; rows: repetitions; target: {lower_deg, upper_deg}
  draw({ points, rows, nowMs, fullDeg, target }) {
    const pen = this.begin();
    const c = this.colours;
    const { width, height } = this;
    const text = 0.875 * this.rem;
    const under = 1.25 * text;
    const over = 1.4 * text;
    const most = Math.max(30, fullDeg * 1.08);
    const least = -most * 0.12;
    const from = nowMs - SPAN_S * 1000;
    const x = (ms) => ((ms - from) / (SPAN_S * 1000)) * width;
    const y = (deg) => over + (1 - (deg - least) / (most - least)) * (height - over - under);
    pen.font = `600 ${text}px ${this.font}`;
    pen.textBaseline = "alphabetic";
    for (const row of rows) {
      const left = x(row.from_ms);
      const right = x(row.to_ms);
      if (right < 0 || left > width) continue;
      pen.fillStyle = row.counted ? (row.clean ? c.span : c["span-warn"]) : c.raised;
      pen.fillRect(left, over, right - left, height - over - under);
      pen.fillStyle = row.counted ? c.ink : c.soft;
      pen.textAlign = "center";
      const number = row.number ?? "";
      const sign = !row.counted ? "–" : `${number} ${row.disputed ? "×" : row.clean ? "✓" : "!"}`;
      pen.fillText(sign, Math.min(width - 16, Math.max(16, (left + right) / 2)), text);
    }
    pen.strokeStyle = c.line;
    pen.lineWidth = 1;
    pen.fillStyle = c.soft;
    pen.textAlign = "left";
    const step = [10, 20, 30, 45, 60, 90].find((deg) => (deg / (most - least)) * (height - over - under) >= 1.9 * text) || 90;
    for (let deg = 0; deg < most; deg += step) {
      pen.globalAlpha = deg === 0 ? 0.9 : 0.45;
      pen.beginPath();
      pen.moveTo(0, y(deg));
      pen.lineTo(width, y(deg));
      pen.stroke();
      pen.globalAlpha = 1;
      pen.fillText(`${deg}°`, 2, y(deg) - 4);
    }
    for (const deg of [target?.lower_deg, target?.upper_deg]) {
      if (deg == null) continue;
      pen.strokeStyle = c.good;
      pen.setLineDash([8, 6]);
      pen.lineWidth = 2;
      pen.beginPath();
      pen.moveTo(0, y(deg));
      pen.lineTo(width, y(deg));
      pen.stroke();
      pen.setLineDash([]);
    }
    pen.fillStyle = c.soft;
    pen.textAlign = "left";
    pen.fillText(word("ago", { n: SPAN_S }), 2, height - 3);
    pen.textAlign = "right";
    pen.fillText(word("now"), width - 2, height - 3);
    pen.strokeStyle = c.trace;
    pen.lineWidth = Math.max(2.5, Math.min(width, 900) / 240);
    pen.lineJoin = "round";
    pen.beginPath();
    let on = false;
    for (const [ms, deg] of points) {
      if (deg === null || ms < from - 100) {
        on = false;
        continue;
      }
      if (on) pen.lineTo(x(ms), y(deg));
      else pen.moveTo(x(ms), y(deg));
      on = true;
    }
    pen.stroke();
  }
}
