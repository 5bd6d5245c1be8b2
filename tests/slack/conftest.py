"""What the Slack tests add to pytest."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Name the tests that need a stand-in installed."""
    config.addinivalue_line("markers", "e2e: runs against a stand-in that is installed by hand")
