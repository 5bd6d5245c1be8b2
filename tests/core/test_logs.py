from bot.logs import where_it_broke


def test_a_log_says_where_it_broke_and_never_what_was_typed() -> None:
    try:
        int("Dana is furious")
    except ValueError as broken:
        event = where_it_broke(None, "error", {"event": "turn.broke", "exc_info": broken})
    assert event["broke"] == "ValueError"
    assert event["at"][-1].startswith("test_logs.py:")
    assert "Dana" not in str(event)
