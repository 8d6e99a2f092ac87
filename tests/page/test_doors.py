"""Who may come in: hosts, origins, tokens that work once, cookies."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from imukick.page.access import Access, outward_address


def doors(host: str = "127.0.0.1", port: int = 8642) -> Access:
    made = Access(host)
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


@pytest.mark.parametrize("host", ["192.0.2.7", "127.0.0.1", "::1"])
def test_a_token_lets_one_browser_in_on_this_computer_too(host: str) -> None:
    ours = doors(host)
    assert ours.exposed == (host == "192.0.2.7")
    token = ours.link.partition("token=")[2]
    assert len(token) == 32
    assert not ours.knows({})
    assert not ours.knows({ours.cookie: ""})
    assert ours.exchange("x" * 32) is None
    assert ours.exchange("") is None
    cookie = ours.exchange(token)
    assert cookie is not None
    assert ours.knows({ours.cookie: cookie})
    assert ours.exchange(token) is None, "used up"
    assert token not in ours.link
    second = ours.exchange(ours.link.partition("token=")[2])
    assert second not in (None, cookie)
    assert ours.knows({ours.cookie: cookie}), "the first is not put out by the second"
    assert not ours.knows({ours.cookie: token})


def test_two_pages_of_one_computer_do_not_put_out_each_others_browsers() -> None:
    assert doors(port=8642).cookie != doors(port=8643).cookie


@pytest.mark.parametrize(
    ("host", "port"),
    [("127.0.0.1", 8642), ("localhost", 8642), ("127.0.0.2", 8642), ("127.0.0.1", 80), ("::1", 8642), ("::1", 80),
     ("0.0.0.0", 8642), ("::", 8642), ("192.0.2.7", 80), ("2001:db8::7", 8642), ("::ffff:127.0.0.1", 8642)],
)  # fmt: skip
def test_a_link_that_is_printed_is_answered_as_browsers_ask_for_it(host: str, port: int) -> None:
    ours = doors(host, port)
    place = urlsplit(ours.link)
    name = f"[{place.hostname}]" if ":" in str(place.hostname) else str(place.hostname)
    asked = name if port == 80 else f"{name}:{port}"  # the port of http is left away
    assert ours.host_is_ours(asked)
    assert ours.origin_is_ours(f"http://{asked}", asked)


def test_an_address_that_names_an_interface_is_refused() -> None:
    with pytest.raises(ValueError, match="browsers open no such address"):
        Access("fe80::1%eth0")


def test_a_name_is_no_address() -> None:
    with pytest.raises(ValueError, match="not an address"):
        Access("my-laptop.local")


def test_the_link_names_an_address_that_others_can_reach() -> None:
    link = doors("0.0.0.0").link
    assert link.startswith(f"http://{outward_address('0.0.0.0')}:8642/?token=")
    assert doors("::1").link.startswith("http://[::1]:8642/?token=")
