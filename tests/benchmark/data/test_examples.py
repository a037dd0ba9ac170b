"""Ids come from the content alone, and are what the written definition says."""

from __future__ import annotations

import hashlib
import json

from hypothesis import given
from hypothesis import strategies as st

from benchmark.data.examples import content_ids

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)  # half a surrogate pair is no text


def defined(text: str, second: str | None, repeat: int) -> int:
    """The first eight bytes of the SHA-256 of the JSON list of text, second text and number of equal ones before it."""
    written = json.dumps([text, second, repeat], ensure_ascii=False)
    return int.from_bytes(hashlib.sha256(written.encode()).digest()[:8], "big")


@given(TEXT, st.none() | TEXT)
def test_an_id_is_the_hash_of_the_json_of_its_text(text: str, second: str | None) -> None:
    ids = content_ids([text, text], None if second is None else [second, second])
    assert ids.tolist() == [defined(text, second, 0), defined(text, second, 1)]
