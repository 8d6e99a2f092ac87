// Tones, speech, a flash of the screen and vibration, made by the browser itself; nothing is fetched.
// Where there is no voice, tones and text remain.

const NOTES = {
  // [frequency in Hz, begins after s, lasts s]
  rep: [[660, 0, 0.11]],
  correction: [[392, 0, 0.13], [294, 0.15, 0.2]],
  last_rep: [[660, 0, 0.1], [880, 0.13, 0.1], [1175, 0.26, 0.22]],
  set_end: [[523, 0, 0.5], [659, 0.12, 0.5], [784, 0.24, 0.6]],
  switch: [[784, 0, 0.3], [523, 0.2, 0.3], [784, 0.4, 0.4]],
  done: [[523, 0, 0.3], [659, 0.15, 0.3], [784, 0.3, 0.3], [1047, 0.45, 0.7]],
  praise: [[880, 0, 0.1], [1109, 0.1, 0.16]],
  stop: [[233, 0, 0.3], [233, 0.4, 0.5]],
  attention: [[880, 0, 0.12], [880, 0.2, 0.12]],
  ready: [[660, 0, 0.09]],
  go: [[990, 0, 0.3]],
  beat: [[1320, 0, 0.03]],
  beat_lift: [[1760, 0, 0.05]],
};
export const TONES = Object.keys(NOTES);
const BUZZ = { rep: [60], correction: [90, 70, 90], stop: [600], attention: [80, 60, 80], go: [150], praise: [60] }; // ms on, off, on
const LONG_BUZZ = [220, 100, 220];
const FLASH = { correction: "warn", attention: "warn", stop: "stop" };

export class Sounds {
  constructor() {
    this.voice = true;
    this.tones = true;
    this.flashes = true;
    this.vibration = true;
    this.language = "en";
    this.context = null;
    this.gain = null;
    this.failed = false; // speech was tried and did not work
    this.onchange = () => {};
    this.wakes = [];
    if ("speechSynthesis" in window) speechSynthesis.addEventListener?.("voiceschanged", () => this.onchange());
  }

  // Browsers let a page sound only after a tap or a key.
  unlock() {
    const Context = window.AudioContext || window.webkitAudioContext;
    if (!this.context && Context) {
      this.context = new Context();
      this.gain = this.context.createGain();
      this.gain.gain.value = 0.35;
      this.gain.connect(this.context.destination);
      this.context.addEventListener("statechange", () => this.onchange());
    }
    if (this.context && this.context.state !== "running") this.context.resume().catch(() => {});
    this.onchange();
  }

  get locked() {
    return !this.context || this.context.state !== "running";
  }

  // One signal for ear, eye and hand; each can be off.
  signal(name) {
    this.tone(name);
    if (this.vibration) navigator.vibrate?.(BUZZ[name] || LONG_BUZZ);
    if (!this.flashes) return;
    const flash = document.getElementById("flash");
    flash.dataset.tone = FLASH[name] || "good";
    flash.classList.remove("on");
    void flash.offsetWidth; // begin again
    flash.classList.add("on");
  }

  // Only voices that live on this device: others would send what is said to somebody's server.
  localVoice() {
    if (!("speechSynthesis" in window)) return null;
    const voices = speechSynthesis.getVoices().filter((voice) => voice.localService && voice.lang.toLowerCase().startsWith(this.language));
    return voices.find((voice) => voice.default) || voices[0] || null;
  }

  get canSpeak() {
    return !this.failed && this.localVoice() !== null;
  }

  tone(name, quiet = 1) {
    if (!this.tones && !name.startsWith("beat")) return;
    const notes = NOTES[name] || NOTES.attention;
    if (!this.context || this.context.state !== "running") return;
    const now = this.context.currentTime;
    for (const [hz, after, lasts] of notes) {
      const note = this.context.createOscillator();
      const shape = this.context.createGain();
      note.type = name === "correction" || name === "stop" ? "triangle" : "sine";
      note.frequency.value = hz;
      shape.gain.setValueAtTime(0.0001, now + after);
      shape.gain.exponentialRampToValueAtTime(quiet, now + after + 0.012);
      shape.gain.exponentialRampToValueAtTime(0.0001, now + after + lasts);
      note.connect(shape).connect(this.gain);
      note.start(now + after);
      note.stop(now + after + lasts + 0.02);
    }
  }

  // Says it, cutting off what is less urgent; where that fails a tone stands in for it.
  say(text, { urgent = false, tone = "rep" } = {}) {
    if (!this.voice || !text) return;
    if (!this.canSpeak) {
      if (!this.tones) this.tone("beat", 0.6);
      this.onchange();
      return;
    }
    if (urgent || speechSynthesis.pending) speechSynthesis.cancel();
    const words = new SpeechSynthesisUtterance(text);
    words.voice = this.localVoice();
    words.lang = words.voice.lang;
    words.rate = 1.1;
    words.onerror = (event) => {
      if (event.error === "interrupted" || event.error === "canceled") return;
      this.failed = true;
      this.tone(tone);
      this.onchange();
    };
    speechSynthesis.speak(words);
  }
}
