"""What counts as this very machine: where there is no log-in, or unsigned requests are taken, nobody else may come."""

from __future__ import annotations

from ipaddress import ip_address


def is_loopback(host: str | None) -> bool:
    """Whether a host name or address (an IPv6 one with or without brackets) can only mean this machine."""
    name = (host or "").strip("[]").rstrip(".").casefold()
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
