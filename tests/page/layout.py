"""Whether everything on a page can be read and pressed: no text over another, none cut, every button under the finger."""

from __future__ import annotations

from typing import Any, Final

FONTS: Final = ("DejaVu Sans Condensed", "DejaVu Sans", "DejaVu Sans Mono")
"""Narrow, wide, and wider than any that a browser takes by itself."""
SIZES: Final = (
    *((320, 568), (360, 560), (360, 640), (375, 553), (375, 667), (390, 664), (667, 375), (740, 360), (844, 390)),
    *((768, 1024), (1024, 768), (1280, 800), (1920, 1080)),
)

LOOK: Final = r"""
() => {
  const wrong = [];
  const seen = (e) => e.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && e.getClientRects().length > 0;
  const dialog = document.querySelector("dialog[open]");
  const within = dialog || document.body;
  const scrolls = (e) => e.closest("#panel-body, #settings-body, body[data-nav~=more][data-open] #marks");
  // every text: where its lines are
  const texts = [];
  const walk = document.createTreeWalker(within, NodeFilter.SHOW_TEXT);
  const top = document.body.dataset.open !== undefined && document.getElementById("more").offsetParent ? document.getElementById("marks") : null;
  const panel = document.getElementById("panel");
  while (walk.nextNode()) {
    const node = walk.currentNode;
    const of = node.parentElement;
    if (!node.textContent.trim() || !seen(of) || of.closest(".unseen, option, select")) continue;
    if (!dialog && !panel.hidden && of.closest("main") && !panel.contains(of)) continue;
    if (top && !top.contains(of)) continue;
    if (!dialog && of.closest("dialog")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const own = of.getBoundingClientRect();
    const cut = (box) => (getComputedStyle(of).textOverflow === "ellipsis" ? new DOMRect(box.x, box.y, Math.min(box.right, own.right) - box.x, box.height) : box);
    for (const box of [...range.getClientRects()].map(cut)) if (box.width > 1) texts.push({ node, of, box, size: parseFloat(getComputedStyle(of).fontSize) });
  }
  const name = (t) => `${t.of.id || t.of.parentElement.id || t.of.tagName} "${t.node.textContent.trim().slice(0, 24)}"`;
  for (let i = 0; i < texts.length; i += 1) {
    for (let j = i + 1; j < texts.length; j += 1) {
      const [a, b] = [texts[i], texts[j]];
      if (a.node === b.node) continue;
      const [x, y] = [Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left), Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top)];
      if (scrolls(a.of) !== scrolls(b.of)) continue; // what is scrolled away is cut by its box
      // the letters fill some three quarters of a line's box
      if (x > 2 && y > 2 + 0.3 * Math.max(Math.min(a.size, a.box.height), Math.min(b.size, b.box.height))) wrong.push(`${name(a)} over ${name(b)}: ${Math.round(x)} x ${Math.round(y)}`);
    }
  }
  const trace = document.getElementById("trace");
  for (const t of seen(trace) && panel.hidden && !dialog && !top ? texts : []) {
    const box = trace.getBoundingClientRect();
    const [x, y] = [Math.min(t.box.right, box.right) - Math.max(t.box.left, box.left), Math.min(t.box.bottom, box.bottom) - Math.max(t.box.top, box.top)];
    if (x > 2 && y > 3) wrong.push(`${name(t)} over the curve`);
    if (box.height < 40) wrong.push(`the curve is ${box.height} px high`);
  }
  for (const t of texts) {
    if (scrolls(t.of)) {
      const box = scrolls(t.of).getBoundingClientRect();
      if (t.box.right > box.right + 1 || t.box.left < box.left - 1) wrong.push(`${name(t)} is wider than its box`);
      continue;
    }
    if (t.box.left < -1 || t.box.right > innerWidth + 1 || t.box.top < -1 - 0.2 * t.size || t.box.bottom > innerHeight + 1 + 0.2 * t.size) wrong.push(`${name(t)} leaves the screen`);
    for (let at = t.of; at && at !== document.body; at = at.parentElement) {
      if (getComputedStyle(at).overflowX === "visible" || t.of.closest("dialog") !== at.closest("dialog")) continue;
      const box = at.getBoundingClientRect();
      const slack = 1 + 0.16 * t.size;
      const letters = Math.min(t.size * 1.2, t.box.height);
      const middle = (t.box.top + t.box.bottom) / 2;
      if (t.box.right > box.right + 1 || t.box.left < box.left - 1 || middle + letters / 2 > box.bottom + slack || middle - letters / 2 < box.top - slack) {
        if (getComputedStyle(t.of).textOverflow !== "ellipsis") wrong.push(`${name(t)} is cut by ${at.id || at.tagName}`);
      }
    }
  }
  let buttons = 0;
  const hit = [];
  for (const button of within.querySelectorAll("button, select")) {
    if (!seen(button) || (!dialog && button.closest("dialog"))) continue;
    if (top && !top.contains(button)) continue;
    buttons += 1;
    const box = button.getBoundingClientRect();
    const middle = [box.left + box.width / 2, box.top + box.height / 2];
    const label = button.textContent.trim() || button.id;
    if (box.width < 43.5 || box.height < 43.5) wrong.push(`${label} is ${Math.round(box.width)} x ${Math.round(box.height)}`);
    if (box.left < -1 || box.right > innerWidth + 1 || box.top < -1 || box.bottom > innerHeight + 1) {
      if (!scrolls(button)) wrong.push(`${label} leaves the screen`);
      continue;
    }
    if (scrolls(button) && !document.elementFromPoint(...middle)) continue;
    const found = document.elementFromPoint(...middle);
    if (!button.contains(found) && !(scrolls(button) && !scrolls(button).contains(found))) wrong.push(`${label} is under ${found?.id || found?.tagName}`);
    if (button.scrollWidth > button.clientWidth + 1 || button.scrollHeight > button.clientHeight + 1) wrong.push(`${label} does not fit its button`);
    if (!scrolls(button) && !button.disabled && button.tagName === "BUTTON") hit.push(middle);
  }
  if (!buttons) wrong.push("not one button");
  const shown = (id) => texts.some((t) => t.of.closest(`#${id}`));
  if (panel.hidden && !dialog && !top) {
    if (!shown("count")) wrong.push("no count");
    const large = (id) => Math.max(0, ...texts.filter((t) => t.of.id === id).map((t) => t.size));
    const others = texts.filter((t) => !["count", "do", "side", "glyph"].includes(t.of.id) && !(["aim"].includes(t.of.id)));
    const next = Math.max(...others.map((t) => t.size));
    if (document.getElementById("do").textContent && !shown("do")) wrong.push("no instruction");
    if (shown("do") && large("do") < next) wrong.push(`the instruction has ${large("do")} px, something else ${next}`);
    if (large("count") < large("do") * 0.99 && document.body.dataset.scene === "count") wrong.push(`the count has ${large("count")} px, the instruction ${large("do")}`);
    if (document.body.dataset.mode === "live" && !shown("pain")) wrong.push("no Pain");
  }
  return [wrong, hit];
}
"""
"""Gives what is wrong, and the middle of each button."""

TAPS: Final = """
() => {
  window.tapped = [];
  addEventListener("click", (event) => {
    const button = event.target.closest("button");
    tapped.push(button ? button.textContent.trim() : `not a button: ${event.target.id || event.target.tagName}`);
    event.stopImmediatePropagation();
    event.preventDefault();
  }, true);
}
"""
"""From now on taps are written down, and do nothing."""


async def dress(page: Any, font: str, *, large: bool) -> None:
    """Another font, and text at 200 % where `large`."""
    rule = f'body, body * {{ font-family: "{font}" !important; }} html {{ font-size: {200 if large else 100}%; }}'
    await page.evaluate(
        "(rule) => { let s = document.adoptedStyleSheets[0]; if (!s) { s = new CSSStyleSheet();"
        " document.adoptedStyleSheets = [s]; } s.replaceSync(rule); imukick.fit(); }",
        rule,
    )


async def faults_of_layout(page: Any) -> tuple[list[str], list[list[float]]]:
    """(what is wrong with the layout now, the middle of each button that can be pressed)."""
    wrong, hit = await page.evaluate(LOOK)
    return wrong, hit
