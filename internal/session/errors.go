package session

import (
	"errors"
	"fmt"

	"bcast/internal/wire"
)

var (
	// ErrServerClosed is returned by Run when the server has closed the connection
	// before this side was finished.
	ErrServerClosed = errors.New("the server closed the connection")

	// ErrTurnedAway is wrapped by what Run returns of a connection that ended at once,
	// before a byte had come: it is as if there were nobody, but somebody has closed it.
	ErrTurnedAway = errors.New("the server has ended the connection without a word")

	// ErrNotFramed says that a server speaks plain lines only, where frames are asked
	// for or were spoken before.
	ErrNotFramed = errors.New("the server does not speak the framed dialect")

	// ErrProtocol is wrapped by the errors about what a server must not say.
	ErrProtocol = errors.New("the server breaks the protocol")

	// ErrUnproven says that a server has not proved that it has the token: it is not the
	// one that is meant, or has none. It got the hello, and nothing that was to be said.
	ErrUnproven = errors.New("the server does not prove that it has the token")

	// ErrKicked says that the server's operator has put this side out.
	ErrKicked = errors.New("the operator of the room has put this side out")

	// ErrDead says that the server has not answered for long.
	ErrDead = errors.New("the server does not answer")
)

// errRenumber ends a connection behind a refused message: only the next welcome
// tells which ref comes next.
var errRenumber = errors.New("a message was refused")

// A DialError says that there is no connection to be had.
type DialError struct {
	Address string
	Err     error
}

func (e *DialError) Error() string { return fmt.Sprintf("cannot connect to %s: %v", e.Address, e.Err) }
func (e *DialError) Unwrap() error { return e.Err }

// A RefusedError is a server's fatal error.
type RefusedError struct {
	Code    wire.Code
	Message string // for people, but from a stranger: a terminal may obey it
}

func (e *RefusedError) Error() string { return fmt.Sprintf("the server refuses: %s", e.Message) }

// isFinal tells whether trying again is no use.
func isFinal(err error) bool {
	var version *wire.VersionError
	var refused *RefusedError
	if !errors.As(err, &refused) {
		return errors.As(err, &version) || errors.Is(err, ErrUnproven) || errors.Is(err, ErrKicked)
	}
	switch refused.Code {
	case wire.CodeAuth, wire.CodeHello, // and what the next hello would be told again:
		wire.CodeTooLong, wire.CodeSyntax, wire.CodeUTF8, wire.CodeDepth, wire.CodeDuplicate,
		wire.CodeTrailing, wire.CodeMissing, wire.CodeType, wire.CodeValue, wire.CodeConflict:
		return true
	default: // the server may think better of it
		return false
	}
}
