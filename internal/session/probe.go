package session

import (
	"bytes"
	"errors"
	"io"
	"time"

	"bcast/internal/wire"
)

// greetingWait is how long a server that speaks frames has to say so.
const greetingWait = time.Second

// probe asks the server for the framed dialect. It returns the greeting and what it has
// read of what comes behind it, or, if the server is a plain one, none, and what it has
// read of the room. The error is why it is not known.
func (s *Session) probe(l *link) (head []byte, greeting wire.Greeting, err error) {
	wait := time.NewTimer(greetingWait)
	defer wait.Stop()
	if err := l.put([]byte{wire.SOH}); err != nil {
		return nil, greeting, err
	}
	for {
		select {
		case r := <-l.reads:
			if errors.Is(r.err, io.EOF) {
				return nil, greeting, ErrServerClosed
			}
			if r.err != nil {
				return nil, greeting, r.err
			}
			head = append(head, r.data...)
			greeting, size, known, err := cutGreeting(head)
			if known || err != nil {
				return head[size:], greeting, err
			}
		case <-wait.C:
			return head, greeting, nil
		}
	}
}

// cutGreeting looks for a greeting at the beginning of p: its size is 0 if there is
// none, for sure once that is known. The error is that of another version.
func cutGreeting(p []byte) (greeting wire.Greeting, size int, known bool, err error) {
	if p[0] != wire.SOH {
		return greeting, 0, true, nil
	}
	end := bytes.IndexByte(p, '\n') + 1
	if end == 0 {
		return greeting, 0, len(p) >= wire.MaxGreeting, nil
	}
	greeting, err = wire.ParseGreeting(p[:end])
	var version *wire.VersionError
	switch {
	case err == nil:
		return greeting, end, true, nil
	case errors.As(err, &version):
		return greeting, 0, true, err
	}
	return greeting, 0, true, nil
}
