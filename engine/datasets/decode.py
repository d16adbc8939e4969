"""How bytes become text: which encoding a file is in, and the file as UTF-8.

DuckDB reads UTF-8 only, and takes NUL bytes for text; so everything is decoded, and NUL refused, before it sees a file.
"""

from __future__ import annotations

import codecs
import io
import re
from dataclasses import dataclass
from pathlib import Path

from engine.errors import BadInput

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "gb18030", "big5", "cp1252", "cp1251")
"""What a user can choose from, as Python names them."""
CHUNK_BYTES = 4 << 20
SAMPLE_BYTES = 256 << 10
"""How much non-ASCII text is looked at to tell encodings apart."""
MAX_BROKEN_SHARE = 0.01
"""More characters than this that do not decode, among those outside ASCII, mean that the encoding is wrong."""
MAX_BROKEN_SHARE_UTF8 = 0.2
"""UTF-8 has a form that other encodings hit by chance only, so a file with a few broken characters is still UTF-8."""
MAX_CONTROL_SHARE = 0.02
"""More control characters than this mean that a file is no text."""
CONTROLS = bytes(c for c in range(1, 32) if c not in b"\t\n\r\f\v\x1b") + b"\x7f"
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True)
class Encoding:
    """How a file is encoded, and which other encodings its bytes would allow."""

    name: str
    candidates: tuple[str, ...]
    """Encodings that fit the bytes, the likeliest first."""
    is_plain: bool
    """Whether the file as it stands is UTF-8 with lines that end in LF, as DuckDB wants it."""


def detect_encoding(path: Path, filename: str, chosen: str = "") -> Encoding:
    """Return the encoding of the file, or `chosen` if that was given and fits.

    Looks at every byte, so that one accent at the end of a large file counts. Raises BadInput for a NUL byte, naming
    the line, and for a `chosen` that is unknown or does not fit.
    """
    known = _known(chosen, filename) if chosen else ""
    with path.open("rb") as file:
        head = file.read(4096)
    marked = next((name for bom, name in BOMS if head.startswith(bom)), "") or _utf16_without_bom(head)
    if marked == "utf-16" or marked.startswith("utf-16-") or known == "utf-16":
        _refuse_misfit(path, filename, known or marked)
        return Encoding(known or marked, (marked or "utf-16",), is_plain=False)
    if len(head) - len(head.translate(None, CONTROLS)) > MAX_CONTROL_SHARE * len(head):
        raise BadInput("{filename} is not a text file; give a CSV or Parquet file.", filename=filename)
    valid, unix, sample = _scan(path, filename)
    fitting = _rank(sample, valid=valid)
    name = known or marked or fitting[0]
    candidates = tuple(dict.fromkeys([marked] * bool(marked) + fitting))
    if known and not valid:
        _refuse_misfit(path, filename, known)
    return Encoding(name, candidates, is_plain=valid and unix and name in ("utf-8", "utf-8-sig"))


def decode_head(path: Path, encoding: Encoding, size: int) -> tuple[str, bool]:
    """Return the text of the first `size` bytes, cut after the last whole line, and whether more follows."""
    with path.open("rb") as file:
        data = file.read(size)
        more = bool(file.read(1))
    text = _decoder(encoding).decode(data, final=not more).removeprefix("\ufeff")
    if more and (end := text.rfind("\n")) > 0:
        text = text[: end + 1]
    return text, more


def transcode(path: Path, encoding: Encoding, target: Path) -> int:
    """Write the file to `target` as UTF-8 without a mark, its lines ending in LF.

    Returns how many characters did not decode; they stand as U+FFFD in `target`.
    """
    decoder = _decoder(encoding)
    before = after = 0
    with path.open("rb") as source, target.open("wb") as sink:
        first = True
        while chunk := source.read(CHUNK_BYTES):
            text = decoder.decode(chunk)
            before += chunk.count("\ufffd".encode()) if encoding.name.startswith("utf-8") else 0
            after += text.count("\ufffd")
            sink.write((text.removeprefix("\ufeff") if first else text).encode())
            first = False
        sink.write(decoder.decode(b"", final=True).encode())
    return max(0, after - before)


def _decoder(encoding: Encoding) -> io.IncrementalNewlineDecoder:
    """Return a decoder that also turns CR LF and CR into LF; DuckDB's strict reader refuses a mix of them."""
    return io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding.name)("replace"), translate=True)


def _known(chosen: str, filename: str) -> str:
    try:
        name = codecs.lookup(chosen).name
    except LookupError:
        name = chosen
    if name not in ENCODINGS and name not in ("utf-16-le", "utf-16-be"):
        raise BadInput(
            "{encoding} is not an encoding that {filename} can be read in; choose one of {choices}.",
            encoding=chosen,
            filename=filename,
            choices=", ".join(ENCODINGS),
        )
    return name


def _utf16_without_bom(head: bytes) -> str:
    """Tell UTF-16 by its zero bytes: in Latin text every second byte is zero."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if len(head) >= 8 and max(even, odd) > len(head) * 0.3 and min(even, odd) < len(head) * 0.02:
        return "utf-16-le" if odd > even else "utf-16-be"
    return ""


def _scan(path: Path, filename: str) -> tuple[bool, bool, bytes]:
    """Read the whole file once; return whether it is valid UTF-8, is free of CR, and lines of it that are not ASCII."""
    decoder, sample, lines = codecs.getincrementaldecoder("utf-8")("strict"), bytearray(), 0
    valid = unix = True
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            if (at := chunk.find(b"\0")) >= 0:
                line = lines + chunk.count(b"\n", 0, at) + 1
                raise BadInput(
                    "{filename} has a NUL byte in line {line}, so it is damaged or not a text file; save it again as "
                    "CSV in UTF-8 and give that.",
                    filename=filename,
                    line=line,
                )
            lines += chunk.count(b"\n")
            unix = unix and b"\r" not in chunk
            ascii_only = chunk.isascii()
            if valid and not (ascii_only and decoder.getstate()[0] == b""):
                valid = _still_valid(decoder, chunk)
            if not ascii_only and len(sample) < SAMPLE_BYTES:
                for match in re.finditer(rb"[^\n]*[\x80-\xff][^\n]*", chunk):
                    sample += match.group()[:4096] + b"\n"
                    if len(sample) >= SAMPLE_BYTES:
                        break
    return valid and _still_valid(decoder, b"", final=True), unix, bytes(sample)


def _still_valid(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _rank(sample: bytes, *, valid: bool) -> list[str]:
    """Return the encodings that fit `sample`, likeliest first."""
    if not sample:
        return ["utf-8"]
    chinese = _common_chinese_share(sample)
    fits = {name: _fits(sample, name) for name in ENCODINGS[3:]}
    order = ["gb18030", "big5", "cp1252", "cp1251"] if chinese > 0.5 else ["cp1252", "cp1251", "gb18030", "big5"]
    ranked = [name for name in order if fits[name]] or ["cp1252"]
    return ["utf-8", *ranked] if valid or _fits(sample, "utf-8") else ranked


def _fits(data: bytes, encoding: str) -> bool:
    limit = MAX_BROKEN_SHARE_UTF8 if encoding.startswith("utf-8") else MAX_BROKEN_SHARE
    return _broken_share(data, encoding) <= limit


def _broken_share(data: bytes, encoding: str) -> float:
    """Return the share of characters outside ASCII that `encoding` cannot decode."""
    text = data.decode(encoding, "replace")
    there = text.count("\ufffd") - (data.count("\ufffd".encode()) if encoding == "utf-8" else 0)
    outside = sum(1 for c in text if c > "\x7f")
    return there / outside if outside else 0.0


def _common_chinese_share(data: bytes) -> float:
    """Return the share of byte pairs that are common in Chinese: GB2312's level-1 characters and its punctuation.

    An accent between Latin letters pairs with an ASCII letter instead, which GB18030 allows but Chinese rarely has.
    """
    pairs = re.findall(rb"[\x81-\xfe][\x30-\xfe]", data)
    common = sum(1 for p in pairs if p[1] >= 0xA1 and (0xB0 <= p[0] <= 0xD7 or 0xA1 <= p[0] <= 0xA3))
    return common / len(pairs) if pairs else 0.0


def _refuse_misfit(path: Path, filename: str, encoding: str) -> None:
    """Raise BadInput when the file is not text in `encoding`."""
    with path.open("rb") as file:
        data = file.read(CHUNK_BYTES)
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    try:
        text = decoder.decode(data)
    except UnicodeError:  # UTF-16 without a mark
        text = "\ufffd"
    if encoding.startswith("utf-16"):
        fits = text.count("\ufffd") + text.count("\0") <= MAX_BROKEN_SHARE * len(text)
    else:
        lines = b"\n".join(re.findall(rb"[^\n]*[\x80-\xff][^\n]*", data))[:SAMPLE_BYTES]
        fits = _fits(lines, encoding)
    if not fits:
        raise BadInput(
            "{filename} is not text in {encoding}; leave the encoding to be detected or choose one of {choices}.",
            filename=filename,
            encoding=encoding,
            choices=", ".join(ENCODINGS),
        )
