"""Escaping, judged by a real Markdown parser: whatever a user wrote comes out as the text it is."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from engine.messages import Message
from engine.reports.markdown import Bullets, Code, Section, Table, escape, render, sentence, to_json

HOSTILE = [
    "<script>alert(1)</script>",
    "**bold** _em_ `code` ~~gone~~",
    "[click](javascript:alert(1)) ![x](http://evil/p.png)",
    "# heading",
    "- item",
    "+ item",
    "1. item",
    "12) item",
    "> quote",
    "| a | b |",
    "---",
    "===",
    "&lt;b&gt; &amp;",
    "back\\slash\\",
    "$x^2$",
    "https://evil.example/a www.evil.example me@evil.example",
    "<https://evil.example>",
    "{not_a_place} {0} %s",
    "    indented",
]
PLAIN = {"text", "inline", "paragraph_open", "paragraph_close", "text_special"}


def parse(markdown: str) -> list[Token]:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return [t for token in parser.parse(markdown) for t in (token, *(token.children or []))]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_user_wrote_stays_text(text: str) -> None:
    tokens = parse(escape(text))
    assert {t.type for t in tokens} <= PLAIN
    assert "".join(t.content for t in tokens if t.type in {"text", "text_special"}) == " ".join(text.split())


@pytest.mark.parametrize("text", HOSTILE)
def test_a_table_keeps_its_cells(text: str) -> None:
    table = Table((Message("A"), text), ((text, 1), (Message("{x}", x=text), 2)))
    tokens = parse(render(Message("T"), [Section(Message("S"), (table,))]))
    assert [t.type for t in tokens].count("td_open") == 4
    assert [t.type for t in tokens].count("tr_open") == 3
    assert not {t.type for t in tokens} & {"html_inline", "html_block", "link_open", "image", "code_inline", "em_open"}


def test_lines_and_control_characters_become_spaces_and_length_is_bounded() -> None:
    assert escape("a\nb\u202ec\x00d\ud800e\u200bf") == "a b c d e f"
    assert len(escape("x" * 10_000)) == 300


def test_addresses_do_not_become_links_of_their_own() -> None:
    assert escape("http://a www.b c@d") == "http\\://a www\\.b c\\@d"


def test_messages_within_messages_are_escaped_once() -> None:
    inner = Message("**{x}**", x="*")
    assert sentence(Message("{a} and {b}", a=inner, b="_")) == "**\\*** and \\_"


def test_a_translation_gets_the_template_and_escaped_values() -> None:
    chinese = {"{n} rows of {name}": "{name} 的 {n} 行"}
    said = sentence(Message("{n} rows of {name}", n=3, name="a*b"), lambda m: chinese[m.text].format(**m.values))
    assert said == "a\\*b 的 3 行"


def test_sections_become_headings_and_survive_json() -> None:
    sections = [Section(Message("First"), (Message("Hello {x}.", x="you"), Bullets((Message("one"),)), Code("ls")))]
    text = render(Message("Title"), sections)
    assert text == "# Title\n\n## First\n\nHello you.\n\n- one\n\n```sh\nls\n```\n"
    blocks = to_json(sections)[0]["blocks"]
    assert str(Message.from_json(blocks[0]["paragraph"])) == "Hello you."
    assert blocks[1:] == [{"list": [{"text": "one", "values": {}}]}, {"code": "ls"}]
