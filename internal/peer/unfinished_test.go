package peer_test

import (
	"fmt"
	"strings"
	"testing"

	"bcast/internal/peer"
	"bcast/internal/wire"
)

// ended is how many connections have ended for what they had begun.
func (v *venue) ended() uint64 { return v.members.Traffic().Ended[peer.EndedUnfinished] }

// begins has a member send a frame but for its end.
func (c *talker) begins(text string) {
	frame := string((&wire.Say{Ref: 1, Text: []byte(text)}).Append(nil))
	c.say(strings.TrimSuffix(frame, "\n"))
}

func TestContract07_WhoHasBegunFirstGoesWhereTooMuchHasBegun(t *testing.T) {
	const hoarders, size = 24, 50 << 10
	long := strings.Repeat("x", size)
	for dialect, begin := range map[string]func(t *testing.T, v *venue, i int) *client{
		"framed": func(t *testing.T, v *venue, i int) *client {
			c := v.named(t, fmt.Sprint("hoarder", i))
			c.begins(long)
			return c.client
		},
		"plain": func(t *testing.T, v *venue, _ int) *client {
			c := v.dial(t)
			c.say(long)
			return c
		},
	} {
		t.Run(dialect, func(t *testing.T) {
			v := open(t, func(p *plan) { p.peer.Unfinished = hoarders / 3 * size })
			alice, bob := v.named(t, "alice"), v.named(t, "bob")
			var last *client
			for i := range hoarders {
				last = begin(t, v, i)
				defer last.Close()       // or it would linger
				if dialect == "framed" { // else they begin all at once, in any order
					eventually(t, "it has begun", func() bool { return v.member(t, last).Received > size })
				}
			}
			eventually(t, "all has arrived", func() bool { return v.members.Traffic().Received >= hoarders*size })
			eventually(t, "two thirds of them have ended", func() bool { return v.ended() >= hoarders*2/3 })
			if n := v.ended(); n > hoarders*3/4 {
				t.Errorf("%d of %d were put out, want those to stay that there is room for", n, hoarders)
			}
			if dialect == "framed" && v.member(t, last).Name != "hoarder23" {
				t.Error("the last one was put out")
			}
			alice.message("what is whole comes through")
			for until[*wire.Line](bob).Name != "alice" { // what plain ones had begun stays said
			}
		})
	}
}

func TestContract07_WhoHasBegunAloneMayEndIt(t *testing.T) {
	v := open(t, func(p *plan) { p.peer.Unfinished = 1 })
	alice, bob := v.named(t, "alice"), v.named(t, "bob")
	text := strings.Repeat("x", 60<<10)
	alice.begins(text)
	eventually(t, "it has begun", func() bool { return v.member(t, alice.client).Received > 60<<10 })
	alice.say("\n")
	bob.hears("alice", text)
	if v.ended() > 0 {
		t.Error("it was put out")
	}
}

func TestContract07_WhatHasEndedTakesNoMemory(t *testing.T) {
	v := open(t, func(p *plan) { p.peer.Unfinished = 1 })
	alice := v.named(t, "alice")
	var members []*talker
	for i := range 5 {
		c := v.named(t, fmt.Sprint("member", i))
		text := strings.Repeat("x", 40<<10)
		c.message(text)
		alice.hears(fmt.Sprint("member", i), text)
		members = append(members, c)
	}
	for _, c := range members {
		c.send(&wire.Ping{ID: "still here"})
		for answered := false; !answered; {
			_, answered = c.next().(*wire.Pong)
		}
	}
}
