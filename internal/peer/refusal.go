package peer

import (
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// A Refusal is why a connection was closed before it was a member, or could say
// anything as one.
type Refusal uint8

// The reasons there are.
const (
	RefusedHTTP     Refusal = iota // it began with an HTTP request
	RefusedTLS                     // it began with a handshake of TLS
	RefusedToken                   // its token, or its proof of it, was wrong
	RefusedNoToken                 // it had none in time
	RefusedGuessing                // its address has guessed so often that its turn did not come in time
)

// A refused is an error that ends a connection for a Refusal.
type refused struct {
	reason  Refusal
	label   string
	text    string // for the log
	hint    string // for the operator; may be empty
	message string // for a framed client; may be empty
}

func (e *refused) Error() string { return e.text }

// refusals are the errors of all reasons.
var refusals = [...]*refused{
	RefusedHTTP: {reason: RefusedHTTP, label: "http", text: "the client speaks HTTP"},
	RefusedTLS: {
		reason: RefusedTLS, label: "tls", text: "the client speaks TLS",
		hint: "this address is for plain connections; those with TLS need an address of --tls-listen",
	},
	RefusedToken: {
		reason: RefusedToken, label: "token", text: "the client has a wrong token",
		message: "the token is wrong",
	},
	RefusedNoToken: {
		reason: RefusedNoToken, label: "no-token", text: "the client has not told a token",
		hint:    "its first line is to be the token; bcast-client takes --token-file",
		message: "the room wants a token",
	},
	RefusedGuessing: {
		reason: RefusedGuessing, label: "guessing", text: "too many wrong tokens came from the client's address",
		message: "too many wrong tokens have come from this address: wait a while",
	},
}

// String returns one lower-case word, fit for a log or a metric's label.
func (r Refusal) String() string {
	if int(r) >= len(refusals) {
		return fmt.Sprintf("Refusal(%d)", uint8(r))
	}
	return refusals[r].label
}

// refusalLog is the least time between two log lines about one reason, which clients can
// bring about as often as they like.
const refusalLog = 10 * time.Second

// A tally counts refusals.
type tally [len(refusals)]struct {
	count atomic.Uint64
	log   rate.Sometimes
}

// refuse counts a refusal, and logs it if the log has not had one of its kind just now, with the
// connection's number if it has one.
func (h *Handler) refuse(r *refused, from remote, number uint64) {
	entry := &h.refused[r.reason]
	count := entry.count.Add(1)
	due := false
	entry.log.Do(func() { due = true }) // under a lock: the log may block, and is none of its business
	if !due {
		return
	}
	log := h.cfg.Logger
	if number > 0 {
		log = log.With("connection", number)
	}
	log = log.With("remote", from, "reason", r.label, "refused", count)
	if r.hint != "" {
		log = log.With("hint", r.hint)
	}
	log.Info("refused a client", "why", r.text)
}
