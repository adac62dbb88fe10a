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

// probe asks the server for the framed dialect. It returns what it has read of what
// comes behind the greeting, or, if the server is a plain one, of the room. The
// error is why it is not known.
func (s *Session) probe(l *link) (head []byte, isFramed bool, err error) {
	wait := time.NewTimer(greetingWait)
	defer wait.Stop()
	if err := l.put([]byte{wire.SOH}); err != nil {
		return nil, false, err
	}
	for {
		select {
		case r := <-l.reads:
			if errors.Is(r.err, io.EOF) {
				return nil, false, ErrServerClosed
			}
			if r.err != nil {
				return nil, false, r.err
			}
			head = append(head, r.data...)
			size, known, err := greeting(head)
			if known || err != nil {
				return head[size:], size > 0, err
			}
		case <-wait.C:
			return head, false, nil
		}
	}
}

// greeting looks for a greeting at the beginning of p: its size is 0 if there is
// none, for sure once that is known. The error is that of another version.
func greeting(p []byte) (size int, known bool, err error) {
	if p[0] != wire.SOH {
		return 0, true, nil
	}
	end := bytes.IndexByte(p, '\n') + 1
	if end == 0 {
		return 0, len(p) >= wire.MaxGreeting, nil
	}
	_, err = wire.ParseGreeting(p[:end])
	var version *wire.VersionError
	switch {
	case err == nil:
		return end, true, nil
	case errors.As(err, &version):
		return 0, true, err
	}
	return 0, true, nil
}
