"""The live page in a real browser: sessions from start to summary, by keyboard and touch, through losses, pain and reloads.

    pytest tests/acceptance/page_sessions.py

Not part of the ordinary suite: a browser and a session side by side want a machine that does nothing else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from imukick.plans import Plan, Tempo
from imukick.sources.recordings import read_recording
from imukick.virtual.radio import Radio
from tests.cli.test_live_replays import assert_replays
from tests.page.accessibility import faults
from tests.page.browser import LAPTOP, PHONE, Link, fact, needs_chromium, opened, until
from tests.page.held import Session, hold_session

pytestmark = needs_chromium
PLAN = Plan("two sets", "warm-up", 2, 3, sides=("left",), rest_s=5.0, tempo=Tempo(2, 1, 2, 1))


def test_a_session_from_start_to_summary_by_keyboard_alone_with_two_tabs_and_a_reload(tmp_path: Path) -> None:
    seen: dict[str, Any] = {}

    async def steps(chromium: Any, link: Link) -> None:
        page = await opened(chromium, link, LAPTOP, voice=True)
        phone = await opened(chromium, link, PHONE)
        await until(page, "f.stage === 'waiting'")
        await until(phone, "f.stage === 'waiting'")
        seen["waiting"] = [await faults(page), await faults(phone)]
        await page.keyboard.press("Enter")  # the button has the focus
        await until(page, "f.counted >= 2 && document.getElementById('count').textContent === String(f.reps)")
        seen["running"] = [await faults(page), await faults(phone)]
        seen["said"] = await page.evaluate("said")
        seen["before"] = await fact(page, "counted")
        await page.reload()
        await until(page, "f.stage === 'running' && imukick.points().length > 100")
        seen["after"] = await fact(page, "counted")
        await page.keyboard.press("x")
        await until(page, "f.last.word === 'Not one'")
        await page.keyboard.press("Space")
        await until(phone, "f.stage === 'paused'")
        seen["paused"] = await page.text_content("#pause")
        await page.keyboard.press("p")
        await until(phone, "f.stage === 'running'")
        await page.keyboard.press("q")
        await page.keyboard.press("q")
        await until(page, "f.stage === 'ended' && f.summary")
        await until(phone, "f.stage === 'ended' && f.summary")
        seen["ended"] = [await faults(page), await faults(phone)]
        for name, one in (("page", page), ("phone", phone)):
            seen[name] = await one.evaluate(
                "[imukick.facts.summary, [...imukick.rows.values()], imukick.facts.counted]"
            )
        seen["title"] = await page.text_content("#panel-title")
        seen["asked"] = page.asked + phone.asked
        seen["errors"] = page.errors + phone.errors

    recording = tmp_path / "live.csv"
    analysis = hold_session(Session("quadruped_faults", speed=3.0), recording, steps)
    assert_replays(analysis, recording)
    assert seen["waiting"] == seen["running"] == seen["ended"] == [[], []]
    assert seen["after"] >= seen["before"] >= 2
    assert seen["paused"].startswith("Go on")
    assert seen["page"] == seen["phone"]
    summary, rows, counted = seen["page"]
    assert summary["counted"] == counted == analysis.counted == sum(row["counted"] for row in rows)
    assert len(rows) == len(analysis.reps)
    assert seen["title"] == f"{analysis.counted} repetitions, {summary['clean']} clean"
    assert [mark.kind for mark in read_recording(recording).marks] == ["not_one", "pause", "resume"]
    assert seen["said"], "the count is spoken"
    assert {url.split("/")[2].split(":")[0] for url in seen["asked"]} == {"127.0.0.1"}
    assert seen["errors"] == []


def test_a_lost_link_is_shown_and_heals(tmp_path: Path) -> None:
    seen: dict[str, Any] = {}

    async def steps(chromium: Any, link: Link) -> None:
        page = await opened(chromium, link, PHONE)
        await until(page, "f.stage === 'running' && f.link.up")
        await until(page, "!f.link.up && document.body.dataset.scene === 'lost'")
        seen["lost"] = await page.text_content("#count")
        seen["faults"] = await faults(page)
        await until(page, "f.link.up && document.body.dataset.scene !== 'lost'")
        await until(page, "f.counted >= 2")
        for _ in range(2):
            await page.tap("#end")
        await until(page, "f.stage === 'ended' && f.summary")
        seen["counted"] = (await fact(page, "summary"))["counted"]

    recording = tmp_path / "live.csv"
    radio = Radio(drops_s=((5.0, 7.0),))
    analysis = hold_session(Session("quadruped_swings_and_drops", speed=6.0, radio=radio), recording, steps)
    assert_replays(analysis, recording)
    assert seen["lost"] == "No sensor"
    assert seen["faults"] == []
    assert seen["counted"] == analysis.counted >= 2


def test_pain_stops_and_every_button_is_a_mark_that_replays(tmp_path: Path) -> None:
    seen: dict[str, Any] = {}

    async def steps(chromium: Any, link: Link) -> None:
        page = await opened(chromium, link, PHONE, voice=True)
        await page.get_by_role("button", name="Start").click()
        await until(page, "f.counted >= 1")
        await page.get_by_role("button", name="Missed one").click()
        await page.get_by_role("button", name="Not one").click()
        await page.get_by_role("button", name="Switch leg").click()
        await page.get_by_role("button", name="New set").click()
        await page.tap("#pain")
        await until(page, "f.stage === 'stopped' && f.advice")
        seen["told"] = await page.text_content("#panel")
        seen["faults"] = await faults(page)
        seen["said"] = await page.evaluate("said")
        await page.get_by_role("button", name="Go on").click()
        await until(page, "f.stage === 'running'")
        await page.tap("#pause")
        await until(page, "f.stage === 'paused'")
        await page.tap("#pause")
        await until(page, "f.stage === 'running'")
        await page.tap("#end")
        seen["sure"] = await page.text_content("#end")
        await page.tap("#end")
        await until(page, "f.stage === 'ended' && f.summary")
        seen["title"] = await page.text_content("#panel-title")

    recording = tmp_path / "live.csv"
    analysis = hold_session(Session("standing_faults", speed=3.0), recording, steps)
    assert_replays(analysis, recording)
    assert seen["title"].startswith("It hurt, at 0:")
    assert "Stop" in seen["told"]
    assert seen["faults"] == []
    assert any("Stop" in text for text in seen["said"])
    assert seen["sure"].startswith("Sure?")
    kinds = [mark.kind for mark in read_recording(recording).marks]
    assert kinds == ["missed", "not_one", "side", "set", "pain", "pause", "resume", "set", "pause", "resume"]


def test_the_page_chooses_a_language_and_the_voice_follows_in_both_tabs(tmp_path: Path) -> None:
    seen: dict[str, Any] = {}

    async def steps(chromium: Any, link: Link) -> None:
        page = await opened(chromium, link, {**PHONE, "locale": "de-AT"}, voice=True)
        other = await opened(chromium, link, LAPTOP)
        await until(page, "f.stage === 'waiting'")
        seen["offered"] = await page.text_content("#suggest")
        await page.tap("#suggest")
        await until(other, "f.language === 'de'")
        seen["start"] = await other.text_content("#panel-buttons .primary:not([hidden])")
        await page.get_by_role("button", name="Start").click()
        await until(page, "f.counted >= 2")
        seen["said"] = await page.evaluate("said")
        seen["voices"] = await page.evaluate("[...new Set(spoken)]")
        seen["pain"] = await other.text_content("#pain span")
        await other.evaluate("imukick.sounds.unlock()")  # the first tap in a session only allows the sound
        await other.click("#settings-open")
        await other.select_option("#language", "es")
        await until(page, "f.language === 'es' && document.documentElement.lang === 'es'")
        seen["spanish"] = await page.text_content("#pain span")
        await other.click("#settings-close")
        for _ in range(2):
            await page.keyboard.press("q")
        await until(page, "f.stage === 'ended' && f.summary")
        seen["title"] = await other.text_content("#panel-title")
        seen["faults"] = [await faults(page), await faults(other)]

    analysis = hold_session(Session("quadruped_faults", speed=3.0), tmp_path / "live.csv", steps)
    assert (seen["offered"], seen["pain"], seen["spanish"]) == ("Deutsch", "Schmerz", "Dolor")
    assert seen["voices"] == ["de-DE"]
    assert seen["said"]
    assert seen["title"].startswith(f"{analysis.counted} repeticiones, limpias: ")
    assert seen["faults"] == [[], []]


def test_a_plan_leads_through_its_sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    seen: dict[str, Any] = {}

    async def steps(chromium: Any, link: Link) -> None:
        page = await opened(chromium, link, LAPTOP, voice=True)
        await page.get_by_role("button", name="Start").click()
        await until(page, "f.question")
        await page.get_by_role("button", name="No", exact=True).click()
        await until(page, "f.question === null")
        await until(page, "f.stage === 'rest' && f.rest_left_s")
        seen["rest"] = [await page.text_content("#side"), await page.text_content("#count")]
        seen["faults"] = await faults(page)
        await until(page, "f.set === 2 && f.reps >= 1 && f.stage === 'running'")
        seen["aim"] = await page.text_content("#aim")
        seen["done"] = await fact(page, "sets_done")
        seen["said"] = await page.evaluate("said")
        for _ in range(2):
            await page.keyboard.press("q")
        await until(page, "f.stage === 'ended' && f.summary")

    recording = tmp_path / "live.csv"
    analysis = hold_session(Session("standing_controlled", speed=3.0, plan=PLAN), recording, steps)
    assert_replays(analysis, recording)
    assert (seen["rest"][0], seen["rest"][1][:2], seen["aim"]) == ("Rest", "0:", "of 3")
    assert seen["faults"] == []
    assert seen["done"][0]["reps"] == 3
    assert any("Set 1" in text for text in seen["said"])
