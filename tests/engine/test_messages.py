import json

from engine.errors import BadInput
from engine.messages import Message


def test_a_message_fills_its_places() -> None:
    assert str(Message("{rows} rows have no text.", rows=3)) == "3 rows have no text."


def test_a_message_without_values_may_hold_braces() -> None:
    assert str(Message("Use {} for a placeholder.")) == "Use {} for a placeholder."


def test_messages_survive_json_with_messages_inside() -> None:
    outer = Message("Training failed: {reason}", reason=Message("{path} is full", path="/tmp"))
    again = Message.from_json(json.loads(json.dumps(outer.to_json())))
    assert again == outer
    assert str(again) == "Training failed: /tmp is full"


def test_an_error_prints_its_sentence_and_knows_its_exit_status() -> None:
    error = BadInput("There is no column {column}; choose one of: {choices}.", column="txt", choices="text, label")
    assert str(error) == "There is no column txt; choose one of: text, label."
    assert error.exit_status == 2
