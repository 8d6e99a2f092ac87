"""Who may come in: hosts, origins, tokens that work once, cookies."""

from __future__ import annotations

import pytest

from imukick.live.doors import COOKIE, Doors, outward_address


def doors(host: str = "127.0.0.1", port: int = 8642) -> Doors:
    made = Doors(host)
    made.port = port
    return made


@pytest.mark.parametrize("host", ["127.0.0.1:8642", "localhost:8642", "[::1]:8642"])
def test_this_computers_names_are_ours(host: str) -> None:
    assert doors().host_is_ours(host)


@pytest.mark.parametrize(
    "host", [None, "", "127.0.0.1", "127.0.0.1:80", "evil.example:8642", "192.0.2.7:8642", ":8642"]
)
def test_other_hosts_are_not(host: str | None) -> None:
    assert not doors().host_is_ours(host)


@pytest.mark.parametrize(
    ("listening", "host", "ours"),
    [
        ("192.0.2.7", "192.0.2.7:8642", True),
        ("192.0.2.7", "192.0.2.8:8642", False),
        ("0.0.0.0", "192.0.2.8:8642", True),
        ("0.0.0.0", "a-name-that-points-here.example:8642", False),
    ],
)
def test_beyond_this_computer_only_addresses_are_ours(listening: str, host: str, ours: bool) -> None:
    assert doors(listening).host_is_ours(host) == ours


@pytest.mark.parametrize(
    ("origin", "ours"),
    [
        ("http://127.0.0.1:8642", True),
        ("http://127.0.0.1:8643", False),
        ("https://127.0.0.1:8642", False),
        ("http://localhost:8642", False),
        ("http://evil.example", False),
        ("null", False),
        (None, False),
    ],
)
def test_only_our_own_page_opens_the_websocket(origin: str | None, ours: bool) -> None:
    assert doors().origin_is_ours(origin, "127.0.0.1:8642") == ours


def test_on_loopback_there_is_no_token() -> None:
    assert doors().link == "http://127.0.0.1:8642/"
    assert doors().knows({})
    assert doors().exchange("") is None


def test_beyond_it_a_token_lets_one_browser_in() -> None:
    ours = doors("192.0.2.7")
    token = ours.link.partition("token=")[2]
    assert len(token) == 32
    assert not ours.knows({})
    assert not ours.knows({COOKIE: ""})
    assert ours.exchange("x" * 32) is None
    cookie = ours.exchange(token)
    assert cookie is not None
    assert ours.knows({COOKIE: cookie})
    assert ours.exchange(token) is None, "used up"
    assert token not in ours.link
    second = ours.exchange(ours.link.partition("token=")[2])
    assert second not in (None, cookie)
    assert ours.knows({COOKIE: cookie}), "the first is not put out by the second"
    assert not ours.knows({COOKIE: token})


def test_a_name_is_no_address() -> None:
    with pytest.raises(ValueError, match="not an address"):
        Doors("my-laptop.local")


def test_the_link_names_an_address_that_others_can_reach() -> None:
    link = doors("0.0.0.0").link
    assert link.startswith(f"http://{outward_address('0.0.0.0')}:8642/?token=")
    assert doors("::1").link == "http://[::1]:8642/"
