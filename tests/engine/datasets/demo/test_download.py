"""Fetching: a few tries, a limit, and the hash that it must have."""

import hashlib

import pytest

from engine.datasets.demo.download import fetch
from engine.errors import Failure
from tests.engine.datasets.demo.served import server

BODY = b"what was published"
SHA256, MD5 = hashlib.sha256(BODY).hexdigest(), hashlib.md5(BODY).hexdigest()


def test_the_bytes_come_after_a_server_error_and_have_both_hashes() -> None:
    with server((503, b""), (200, BODY)) as (url, asked):
        assert fetch(url, sha256=SHA256, md5=MD5, wait_s=0.01) == BODY
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("hashes", "said"),
    [({"sha256": MD5}, f"the SHA-256 {SHA256} instead"), ({"md5": SHA256}, f"the MD5 {MD5} instead")],
)
def test_other_bytes_are_refused(hashes: dict[str, str], said: str) -> None:
    with server((200, BODY)) as (url, _), pytest.raises(Failure, match=said):
        fetch(url, wait_s=0.01, **hashes)  # type: ignore[arg-type]


def test_more_than_was_expected_is_refused() -> None:
    with server((200, bytes((2 << 20) + 1))) as (url, _), pytest.raises(Failure, match="sent more than 2 MiB"):
        fetch(url, max_bytes=2 << 20)


def test_a_server_that_is_not_there_or_an_address_that_is_none_is_a_failure() -> None:
    with server((200, BODY)) as (url, _):
        pass
    with pytest.raises(Failure, match="did not answer: no connection could be made"):
        fetch(url, wait_s=0.01)
    with pytest.raises(Failure):
        fetch("http://[", wait_s=0.01)
