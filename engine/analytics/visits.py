"""When somebody last looked at the overview: `visits.json` in the workspace. There are no accounts: it is anybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from engine.config import Settings
from engine.errors import BreakevenError
from engine.files import read_json, utc_now, write_json

ONE_VISIT = timedelta(minutes=30)
"""Looks that are no further apart are one visit: reloading a page does not make its news old."""
WORTH_WRITING = timedelta(minutes=1)


def note_visit(settings: Settings, now: str = "") -> str:
    """Note that somebody looks; return when the visit before this one ended, UTC, ISO 8601; "" on the first.

    A file that was spoilt counts as none: it is written anew.
    """
    now = now or utc_now()
    path = settings.workspace.home / "visits.json"
    try:
        known = read_json(path) if path.exists() else {}
        before, latest = str(known.get("before", "")), str(known.get("latest", ""))
        gap = _instant(now) - _instant(latest) if latest else None
    except (BreakevenError, ValueError):
        before, gap = "", None
    if gap is not None and gap > ONE_VISIT:
        before = latest
    if gap is None or gap > WORTH_WRITING:
        write_json(path, {"schema_version": 1, "before": before, "latest": now})
    return before


def _instant(utc: str) -> datetime:
    when = datetime.fromisoformat(utc.replace("Z", "+00:00"))
    return when if when.tzinfo else when.replace(tzinfo=UTC)
