#!/usr/bin/env python3
"""A bot for a bcast room: it answers lines that begin with !ping with pong.

    bot.py [HOST [PORT [NAME]]]

Python's standard library is enough: the framed dialect is one JSON object a line.
"""

import json
import secrets
import socket
import sys


def connect(host, port):
    """Ask for the framed dialect; return the connection and its lines."""
    conn = socket.create_connection((host, port), timeout=5)
    conn.sendall(b"\x01")  # alone: nothing may follow before the greeting
    lines = conn.makefile("rb")
    conn.settimeout(1)
    if not lines.readline(256).startswith(b"\x01bcast/1 "):
        raise SystemExit(f"{host}:{port} does not speak the framed dialect, version 1")
    return conn, lines


def send(conn, **frame):
    conn.sendall(json.dumps(frame).encode() + b"\n")


def frames(lines):
    """Yield what the server says, until it closes."""
    for line in lines:
        yield json.loads(line)


def enter(conn, lines, name):
    """Join the room and return the welcome."""
    nonce = secrets.token_hex(16)
    send(conn, type="hello", nonce=nonce, name=name, lag="skip")
    conn.settimeout(5)
    welcome = next(frames(lines), {})
    if welcome.get("type") == "error":
        raise SystemExit(f"the server refused: {welcome['message']}")
    if welcome.get("type") != "welcome" or welcome.get("nonce") != nonce:
        raise SystemExit("this is no welcome")
    conn.settimeout(None)
    return welcome


def main(host="localhost", port="1234", name="pingbot"):
    conn, lines = connect(host, int(port))
    welcome = enter(conn, lines, name)
    me = welcome["you"]
    print(f"in the room as {me['name']}, with {welcome['count'] - 1} others", file=sys.stderr)

    ref = 1
    send(conn, type="say", ref=ref, text=f"hello, I am {me['name']}: say !ping")
    for frame in frames(lines):
        if frame["type"] == "error":
            print(f"error: {frame['message']}", file=sys.stderr)
        elif frame["type"] == "bye":
            print(f"bye: {frame['reason']}", file=sys.stderr)
        elif (
            frame["type"] == "line"
            and frame["from"] != me["id"]
            and frame["seq"] >= welcome["seq"]  # what is older has been answered
            and frame.get("text", "").startswith("!ping")
        ):
            ref += 1
            send(conn, type="say", ref=ref, text="pong")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        pass
    except OSError as err:
        raise SystemExit(f"no connection: {err}")
