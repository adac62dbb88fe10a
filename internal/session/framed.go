package session

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"bcast/internal/wire"
)

const (
	// pingEvery is how often a link is looked at: whether it is alive is asked by a
	// ping, which any byte answers.
	pingEvery = 5 * time.Second

	// maxSilent is how many looks in a row may find no byte: 15 s at least.
	maxSilent = 4

	// quietLooks is after how many looks without a byte a quiet session asks.
	quietLooks = 12
)

// A framedLink is one connection in the framed dialect.
type framedLink struct {
	*Session
	*link
	nonce   string // until the welcome
	proof   string // that the server has the token, as the welcome is to have it
	rest    []byte // the beginning of a frame that is not complete
	maxLine int

	asked     uint64    // how many pings there were
	pinged    time.Time // zero: no ping is on its way
	silent    int       // looks in a row that found nothing since the ping
	idle      int       // looks in a row that found nothing
	delivered []delivery
}

// framed speaks the framed dialect. challenge is the greeting's, head what was read behind
// it.
func (s *Session) framed(l *link, challenge string, head []byte) error {
	f := &framedLink{Session: s, link: l, nonce: rand.Text(), maxLine: wire.DefaultMaxLine}
	if err := f.hello(challenge); err != nil {
		return err
	}
	if err := f.take(head); err != nil {
		return err
	}
	look := time.NewTicker(pingEvery)
	defer look.Stop()
	silence, stop := newSilence(s.cfg.Silence)
	defer stop()
	finished := l.finished
	for {
		select {
		case r := <-l.reads:
			f.silent, f.idle = 0, 0
			switch {
			case r.err == nil:
			case l.isFinished():
				return nil // all has its receipt
			case errors.Is(r.err, io.EOF):
				return ErrServerClosed
			default:
				return r.err
			}
			if err := f.take(r.data); err != nil {
				return err
			}
			if finished == nil {
				silence.Reset(s.cfg.Silence)
			}
		case <-look.C:
			if finished != nil && !f.look() {
				return ErrDead
			}
		case <-finished:
			finished = nil
			silence.Reset(s.cfg.Silence)
		case <-silence.C:
			return nil
		}
	}
}

func (f *framedLink) hello(challenge string) error {
	hello := wire.Hello{Nonce: f.nonce, Name: f.cfg.Name, Lag: f.cfg.Lag, Resume: f.memory.resume()}
	if token := f.cfg.Token; !token.IsZero() {
		hello.Auth, f.proof = token.ClientProof(challenge, f.nonce), token.ServerProof(challenge, f.nonce)
	}
	return f.put(hello.Append(nil))
}

// take takes bytes that were read, frame by frame.
func (f *framedLink) take(data []byte) error {
	frames := 0
	for len(data) > 0 {
		end := bytes.IndexByte(data, '\n') + 1
		most := wire.MaxFrame(f.maxLine)
		if end == 0 {
			f.rest = append(f.rest, data...)
			if len(f.rest) > most {
				return fmt.Errorf("%w: a frame of more than %d bytes", ErrProtocol, most)
			}
			break
		}
		frame := data[:end]
		if len(f.rest) > 0 {
			f.rest = append(f.rest, frame...)
			frame = f.rest
		}
		data = data[end:]
		if err := f.frame(frame); err != nil {
			return err
		}
		f.rest = f.rest[:0]
		frames++
	}
	if frames > 0 {
		f.handle(Pause{})
	}
	return nil
}

// frame takes one frame.
func (f *framedLink) frame(raw []byte) error {
	frame, err := wire.DecodeServer(raw, f.maxLine)
	switch {
	case f.nonce != "" && err != nil: // a line of the room, say
		return fmt.Errorf("%w: its first frame is none", ErrProtocol)
	case f.nonce != "":
		return f.first(frame)
	case err != nil:
		return fmt.Errorf("%w: %w", ErrProtocol, err)
	}
	switch frame := frame.(type) {
	case *wire.Line:
		return f.line(raw, frame)
	case *wire.Pong:
		f.pong(frame)
		return nil
	case *wire.Welcome:
		return fmt.Errorf("%w: a second welcome", ErrProtocol)
	}
	f.raw(raw)
	switch frame := frame.(type) {
	case *wire.Join:
		f.handle(Joined{*frame})
	case *wire.Leave:
		f.handle(Left{*frame})
	case *wire.Rename:
		if frame.ID == f.memory.you {
			f.named(frame.Name)
		}
		f.handle(Renamed{*frame})
	case *wire.Count:
		f.handle(Counted{*frame})
	case *wire.Gap:
		f.memory.last += frame.Missed
		f.handle(Gap{Missed: frame.Missed})
		f.settle()
	case *wire.Error:
		return f.refused(frame)
	case *wire.Bye:
		if frame.Reason == wire.ByeKicked {
			return ErrKicked
		}
	}
	return nil
}

// raw gives a frame as it came to who wants that.
func (f *framedLink) raw(frame []byte) {
	if f.cfg.Frames {
		f.handle(Frame{JSON: bytes.TrimSuffix(frame, []byte("\n"))})
	}
}

// first takes the first frame.
func (f *framedLink) first(frame wire.ServerFrame) error {
	switch frame := frame.(type) {
	case *wire.Error:
		return &RefusedError{Code: frame.Code, Message: frame.Message}
	case *wire.Welcome:
		if frame.Nonce == f.nonce {
			return f.welcome(frame)
		}
	}
	return fmt.Errorf("%w: its first frame is no welcome to this client", ErrProtocol)
}

func (f *framedLink) welcome(w *wire.Welcome) error {
	if f.proof != "" && !wire.IsProof(w.Auth, f.proof) {
		return ErrUnproven
	}
	before := f.memory
	event, err := f.memory.welcome(w)
	if err != nil {
		return err
	}
	last, repeated := f.out.rewind(event.Resumed, w.Acked, max(before.maxLine, 1))
	if event.Resumed && w.Acked > last {
		f.memory = before
		return fmt.Errorf("%w: it has more messages than were sent", ErrProtocol)
	}
	if event.Restarted {
		event.Repeated = repeated
	}
	f.dialect = framed
	f.nonce, f.maxLine = "", f.memory.maxLine
	if f.cfg.Frames {
		shown := *w
		shown.Session = wire.Session{} // whoever has it is this member
		f.raw(shown.Append(nil))
	}
	f.tellConnected(event)
	f.settle()
	if !f.cfg.Quiet {
		f.ping()
	}
	f.run(func() { f.sendFrames(f.out, f.maxLine) })
	return nil
}

func (f *framedLink) line(raw []byte, line *wire.Line) error {
	m := &f.memory
	isNew, err := m.line(line.Seq)
	if err != nil || !isNew {
		return err
	}
	f.progress = true
	f.raw(raw)
	event := Line{Line: *line, Own: m.isOwn(line.From), History: line.Seq < m.fresh}
	event.Text = bytes.Clone(line.Text) // it lies in the buffer
	if line.From == m.you && line.Ref > 0 {
		f.deliver(line.Ref, &event)
	}
	f.handle(event)
	f.settle()
	return nil
}

// deliver tells that the messages up to a ref have arrived: the last with line.
func (f *framedLink) deliver(ref uint64, line *Line) {
	f.delivered = f.out.receipt(ref, f.maxLine, f.delivered[:0])
	for _, d := range f.delivered {
		event := Delivered{ID: d.id}
		if d.ref == ref {
			event.Line = line
		}
		f.handle(event)
	}
}

// settle tells that the messages have arrived that the welcome spoke of, once all
// lines from before it are there: what has no receipt then gets none.
func (f *framedLink) settle() {
	if m := &f.memory; m.acked > 0 && m.last+1 >= m.until {
		f.deliver(m.acked, nil)
		m.acked = 0
	}
}

// refused takes an error that came behind the welcome.
func (f *framedLink) refused(e *wire.Error) error {
	switch {
	case e.Fatal:
		return &RefusedError{Code: e.Code, Message: e.Message}
	case e.Code == wire.CodeRef:
		return fmt.Errorf("%w: it has lost count of the messages", ErrProtocol)
	case e.Code == wire.CodeName:
		f.unnamed()
	}
	id := uint64(0)
	if e.Ref > 0 {
		id = f.out.refuse(e.Ref, f.maxLine)
	}
	f.handle(Refused{Error: *e, ID: id})
	if id > 0 {
		return errRenumber
	}
	return nil
}

// look asks for a sign of life, if there is reason to, and tells whether the last
// one was answered.
func (f *framedLink) look() (alive bool) {
	if f.wrote.Swap(false) {
		f.silent = 0
	}
	f.idle++
	switch {
	case f.nonce != "":
		f.silent++
		return f.silent < maxSilent
	case !f.pinged.IsZero():
		f.silent++
		return f.silent < maxSilent
	case !f.cfg.Quiet, f.out.pending() > 0, f.idle >= quietLooks:
		f.ping()
	}
	return true
}

func (f *framedLink) ping() {
	f.asked++
	f.pinged = time.Now()
	ping := wire.Ping{ID: strconv.FormatUint(f.asked, 10)}
	select {
	case f.pings <- ping.Append(nil):
	default: // the sender is stuck with the last one
	}
}

func (f *framedLink) pong(pong *wire.Pong) {
	if f.pinged.IsZero() || pong.ID != strconv.FormatUint(f.asked, 10) {
		return
	}
	took := time.Since(f.pinged)
	f.pinged = time.Time{}
	if !f.cfg.Quiet {
		f.handle(RoundTrip{Took: took})
	}
}
