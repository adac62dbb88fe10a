package session

import (
	"errors"
	"io"
	"time"
)

// plain speaks the plain dialect. head is what was read already.
func (s *Session) plain(l *link, head []byte) error {
	if !s.cfg.Token.IsZero() {
		if err := l.put(s.cfg.Token.AppendLine(nil)); err != nil {
			return err
		}
	}
	s.tellConnected(Connected{})
	if len(head) > 0 {
		s.handle(Received{Data: head})
	}
	l.run(func() { l.sendPlain(s.out) })
	silence, stop := newSilence(s.cfg.Silence)
	defer stop()
	finished := l.finished
	for {
		select {
		case r := <-l.reads:
			if r.err != nil {
				return l.ending(r.err)
			}
			s.handle(Received{Data: r.data})
			if finished == nil {
				silence.Reset(s.cfg.Silence)
			}
		case <-s.out.told:
			s.tell()
		case <-finished:
			finished = nil
			silence.Reset(s.cfg.Silence)
		case <-silence.C:
			return nil
		}
	}
}

// newSilence returns a timer that does not run yet.
func newSilence(d time.Duration) (timer *time.Timer, stop func() bool) {
	timer = time.NewTimer(d)
	timer.Stop()
	return timer, timer.Stop
}

// ending says what the end of reading means.
func (l *link) ending(err error) error {
	switch {
	case !errors.Is(err, io.EOF):
		return err
	case !l.isFinished():
		return ErrServerClosed
	}
	return nil
}

// tell tells of what a plain connection took.
func (s *Session) tell() {
	for _, id := range s.out.tell() {
		s.handle(Delivered{ID: id})
	}
}

func (s *Session) tellConnected(event Connected) {
	s.joined = true
	s.handle(event)
}
