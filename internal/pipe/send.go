package pipe

import (
	"context"
	"errors"
	"fmt"
	"io"

	"bcast/internal/session"
	"bcast/internal/wire"
)

// send takes the input to the session, line by line: pieces of lines are sent
// only where a line is too long, and at the end.
func send(ctx context.Context, cfg Config, s *session.Session, framed bool) error {
	lines := wire.NewChunker(wire.DefaultMaxLine)
	var sign signer
	if !framed {
		sign.name = cfg.Name
	}
	for {
		n, end := cfg.In.Read(lines.Space())
		if _, err := s.Send(ctx, sign.sign(lines.Take(n))); err != nil {
			return nil //nolint:nilerr // ctx has ended: Run knows
		}
		if end == nil {
			continue
		}
		if _, err := s.Send(ctx, sign.sign(lines.Rest())); err != nil {
			return nil //nolint:nilerr // as above
		}
		if !errors.Is(end, io.EOF) {
			return fmt.Errorf("read the input: %w", end)
		}
		if !cfg.Follow {
			s.Finish()
		}
		return nil
	}
}

// A signer puts a name before each line.
type signer struct {
	name   string
	inside bool // a line has begun in an earlier chunk
	buf    []byte
}

// sign returns chunk with the name before each line that begins in it. The result
// is valid until the next call.
func (s *signer) sign(chunk []byte) []byte {
	if s.name == "" {
		return chunk
	}
	s.buf = s.buf[:0]
	for _, b := range chunk {
		if !s.inside {
			s.buf = append(append(s.buf, s.name...), ": "...)
		}
		s.buf = append(s.buf, b)
		s.inside = b != '\n'
	}
	return s.buf
}
