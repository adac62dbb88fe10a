package bench

import (
	"errors"
	"fmt"
	"time"
)

// The bounds of Config.
const (
	// MinSize is the shortest line: its header, one digit that checks its end, and
	// the newline.
	MinSize = headerLen + 2

	MaxSize     = 1 << 20        // bytes
	MaxMembers  = 1 << 20        // receivers, and senders
	MaxMessages = 1 << 30        // lines of each sender
	MaxRate     = 100_000_000    // lines per second
	MaxDuration = 24 * time.Hour // the time in a line's header goes to 78 hours
)

// endless is more lines than a sender sends in MaxDuration.
const endless = 1 << 44

// DefaultTimeout is how long nothing may arrive unless Config says something else.
const DefaultTimeout = 10 * time.Second

// Config is what is to be measured. Network and Address, Senders, and either
// Messages or Duration are required.
type Config struct {
	// Network and Address are where the broadcaster is, in the terms of package net.
	Network, Address string

	Receivers int // members that only receive
	Senders   int // members that send, and receive from the other senders

	// Messages is how many lines each sender sends. Duration is for how long the
	// senders send instead.
	Messages int64
	Duration time.Duration

	// Size is how long a line is, in bytes with its newline. 0: 64.
	Size int

	// Rate is how many lines per second all senders together send, each when it is
	// due, whatever has become of those before (an open loop). Latency counts from
	// the time when a line was due and not from when it could be sent, so that a
	// broadcaster that makes its senders wait does not hide that: what is known as
	// coordinated omission. 0: bulk, each sender sends as fast as it goes.
	Rate int

	// Timeout is how long nothing may be sent or arrive until the run is over, and
	// what is missing then is lost. 0: DefaultTimeout.
	Timeout time.Duration
}

// withDefaults returns the Config with its zeros filled in, or what is wrong with it.
func (c Config) withDefaults() (Config, error) {
	if c.Size == 0 {
		c.Size = 64
	}
	if c.Timeout == 0 {
		c.Timeout = DefaultTimeout
	}
	switch {
	case c.Receivers < 0 || c.Receivers > MaxMembers:
		return c, fmt.Errorf("bench: %d receivers, want 0 to %d", c.Receivers, MaxMembers)
	case c.Senders < 1 || c.Senders > MaxMembers:
		return c, fmt.Errorf("bench: %d senders, want 1 to %d", c.Senders, MaxMembers)
	case c.members() < 2:
		return c, errors.New("bench: a lone sender has nobody to send to")
	case c.Messages < 0 || c.Messages > MaxMessages:
		return c, fmt.Errorf("bench: %d lines of each sender, want 1 to %d", c.Messages, MaxMessages)
	case c.Duration < 0 || c.Duration > MaxDuration:
		return c, fmt.Errorf("bench: a duration of %v, want up to %v", c.Duration, MaxDuration)
	case (c.Messages == 0) == (c.Duration == 0):
		return c, errors.New("bench: want either a number of lines or a duration")
	case c.Size < MinSize || c.Size > MaxSize:
		return c, fmt.Errorf("bench: lines of %d bytes, want %d to %d", c.Size, MinSize, MaxSize)
	case c.Rate < 0 || c.Rate > MaxRate:
		return c, fmt.Errorf("bench: %d lines per second, want up to %d", c.Rate, MaxRate)
	case c.Timeout < 0:
		return c, fmt.Errorf("bench: a timeout of %v, want none negative", c.Timeout)
	}
	return c, nil
}

func (c Config) members() int { return c.Receivers + c.Senders }

// limit is how many lines a sender sends at most.
func (c Config) limit(sender int) int64 {
	if c.Rate == 0 || c.Duration == 0 {
		if c.Duration > 0 {
			return endless
		}
		return c.Messages
	}
	all := int64(c.Duration.Seconds() * float64(c.Rate))
	return (all + int64(c.Senders-1-sender)) / int64(c.Senders)
}

// due is when a sender's line seq is to be sent, counted from the first line: the
// senders take turns.
func (c Config) due(sender int, seq int64) time.Duration {
	turn, rate := seq*int64(c.Senders)+int64(sender), int64(c.Rate)
	return time.Duration(turn/rate)*time.Second + time.Duration(turn%rate)*time.Second/time.Duration(rate)
}
