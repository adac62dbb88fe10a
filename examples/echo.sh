#!/usr/bin/env bash
# A bot for a bcast room, of nc and jq: it answers lines that begin with !ping with pong.
#
#   echo.sh [HOST [PORT [NAME]]]
set -euo pipefail

host=${1:-localhost}
port=${2:-1234}
name=${3:-echo}

coproc room { exec nc "$host" "$port"; }
nc=$room_PID
trap 'kill "$nc" 2>/dev/null || true' EXIT # some wait for the end of their input when the server has closed
exec {from}<&"${room[0]}" {to}>&"${room[1]}" # bash closes its own once nc has ended

printf '\001' >&"$to" # alone: nothing may follow before the greeting
if ! IFS= read -r -t 1 greeting <&"$from" || [[ $greeting != $'\001bcast/1 '* ]]; then
    echo "$host:$port does not speak the framed dialect, version 1" >&2
    exit 1
fi

nonce=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
jq -nc --arg nonce "$nonce" --arg name "$name" \
    '{type: "hello", nonce: $nonce, name: $name, lag: "skip"}' >&"$to"

# One jq reads what the server sends and writes what it is sent. The welcome comes first; each answer is
# a message, and counts. What is older than the welcome has been answered. A bye ends it.
jq -nc --unbuffered --arg nonce "$nonce" '
    input as $welcome
    | if $welcome.type != "welcome" or $welcome.nonce != $nonce then
          "no welcome: \($welcome.message? // "something else came")\n" | halt_error(1)
      else . end
    | label $bye
    | foreach (
          "hello, I am \($welcome.you.name): say !ping",
          (inputs
              | if .type == "bye" then break $bye else . end
              | select(.type == "line" and .from != $welcome.you.id and .seq >= $welcome.seq)
              | select(.text // "" | startswith("!ping"))
              | "pong")
      ) as $text (0; . + 1; {type: "say", ref: ., text: $text})
' <&"$from" >&"$to"
