"""What a page owes to everybody, checked by hand where axe-core is not at hand: language, names, contrast, landmarks, headings."""

from __future__ import annotations

from typing import Any

CHECKS = r"""
() => {
  const wrong = [];
  const seen = (e) => e.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && e.getClientRects().length > 0;
  if (!document.documentElement.lang || (window.imukick && document.documentElement.lang !== imukick.facts.language)) wrong.push("no language");
  if (!document.title) wrong.push("no title");
  if (document.querySelectorAll("main").length !== 1) wrong.push("not one main");
  if (document.querySelectorAll("h1").length !== 1) wrong.push("not one h1");
  for (const nav of document.querySelectorAll("nav, section")) {
    if (!nav.getAttribute("aria-label") && !nav.getAttribute("aria-labelledby")) wrong.push(`${nav.id} has no name`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) wrong.push(`id ${id} twice`);
  for (const element of document.querySelectorAll("[aria-labelledby]")) {
    if (!document.getElementById(element.getAttribute("aria-labelledby"))?.textContent && seen(element)) wrong.push(`${element.id}: empty label`);
  }
  for (const button of document.querySelectorAll("button")) {
    if (!seen(button)) continue;
    if (!(button.getAttribute("aria-label") || button.textContent).trim()) wrong.push(`a button without a name: ${button.id}`);
    const box = button.getBoundingClientRect();
    if (box.height < 43.5 || box.width < 43.5) wrong.push(`${button.textContent.trim()} is ${box.width} x ${box.height}`);
    if (box.left < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1) wrong.push(`${button.textContent.trim()} is cut off`);
  }
  for (const input of document.querySelectorAll("input")) if (!input.labels.length) wrong.push(`${input.id} has no label`);
  const light = (text) => {
    const [r, g, b] = text.match(/[\d.]+/g).slice(0, 3).map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (e) => {
    for (let at = e; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/, 0\)$|transparent/.test(colour)) return colour;
    }
    return getComputedStyle(document.documentElement).getPropertyValue("color-scheme").includes("dark") ? "rgb(0,0,0)" : "rgb(255,255,255)";
  };
  let looked = 0;
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !seen(element) || element.closest(".unseen")) continue;
    looked += 1;
    const style = getComputedStyle(element);
    const [a, b] = [light(style.color), light(ground(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5)) wrong.push(`${element.id || element.tagName} "${element.textContent.slice(0, 20)}": contrast ${ratio.toFixed(2)}`);
  }
  if (looked < 5) wrong.push(`only ${looked} texts seen`);
  if (document.documentElement.scrollWidth > innerWidth + 1) wrong.push(`wider than the screen: ${document.documentElement.scrollWidth}`);
  return wrong;
}
"""
"""Contrast after WCAG 2.2: 4.5, large text 3; buttons at least 44 px both ways and within the screen."""


async def faults(page: Any) -> list[str]:
    """What is wrong with the page as it stands; empty when nothing is."""
    found: list[str] = await page.evaluate(CHECKS)
    return found
