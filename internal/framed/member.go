package framed

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"bcast/internal/room"
	"bcast/internal/text"
	"bcast/internal/wire"
)

// private is how many answers may wait for one member.
const private = 4

// A Member is a framed member. Handle, Refuse and Leave are called by one goroutine.
type Member struct {
	hub     *Hub
	number  uint64
	session *session
	view    *view
	in      *room.Member // what it receives; of the view's room
	speaker *room.Member // who says what it says, but for a line that was begun before

	author  *Author // what it is called now
	prefix  []byte  // what plain members see before each of its lines
	stop    func()
	moved   chan struct{} // closed when its session goes on elsewhere
	settled chan struct{} // closed when it says nothing more
	said    uint64        // messages, on this connection
	left    bool          // under the hub's lock
}

// Enter makes one more framed member, which asks for that by hello and receives by
// sink, or makes it again what it was before its connection broke. stop is called once
// the session goes on elsewhere, and is to have the connection ended soon. proof is the
// welcome's auth.
//
// It waits until what was said before can be told. The error is room.ErrClosed when the
// room is, or that of ctx.
func (h *Hub) Enter(ctx context.Context, hello *wire.Hello, proof string, sink room.Sink, stop func()) (*Member, error) {
	name, _, badName := text.Nickname(hello.Name)
	if hello.Name == "" {
		badName = nil
	}
	m := &Member{hub: h, speaker: h.cfg.Room.Speaker(), stop: stop, moved: make(chan struct{}), settled: make(chan struct{})}
	given, replaced, err := m.take(hello, name)
	if err != nil {
		return nil, err
	}
	if replaced != nil {
		close(replaced.moved) // by nobody else: it is replaced once
		replaced.stop()
		select {
		case <-replaced.settled:
		case <-ctx.Done():
			m.giveUp()
			return nil, ctx.Err()
		}
	}
	m.called(given)
	welcome := &wire.Welcome{
		Nonce: hello.Nonce, Session: m.session.secret, You: wire.Member{ID: memberID(m.number), Name: given},
		Epoch: h.epoch, Acked: m.session.acked, MaxLine: h.cfg.MaxChunk, Auth: proof,
	}
	if err := m.enter(ctx, hello, sink, welcome); err != nil {
		m.giveUp()
		return nil, err
	}
	if badName != nil {
		m.answer(ctx, &wire.Error{Code: wire.CodeName, Message: badName.Error()})
	}
	return m, nil
}

// take gives the member its session and its place among those who are there.
func (m *Member) take(hello *wire.Hello, name string) (given string, replaced *Member, err error) {
	h, now := m.hub, time.Now()
	h.mu.Lock()
	defer h.mu.Unlock()
	if m.view, err = h.wakeLocked(); err != nil {
		return "", nil, err
	}
	defer func() { h.keepLocked(now) }()
	if hello.Resume != nil && hello.Resume.Epoch == h.epoch {
		m.session = h.sessions.find(now, hello.Resume.Session)
	}
	if m.session == nil {
		h.last++
		m.number = h.last
		m.session = h.sessions.create(now, m.number, name, m)
		return h.comeLocked(m.number, name), nil, nil
	}
	m.number = m.session.number
	if before := h.sessions.resume(m.session, m); before != nil {
		return h.roster.name(m.number), before.(*Member), nil
	}
	return h.comeLocked(m.number, m.session.wanted), nil, nil
}

// enter begins to receive: the welcome, and what was said before.
func (m *Member) enter(ctx context.Context, hello *wire.Hello, sink room.Sink, welcome *wire.Welcome) error {
	h, resume := m.hub, hello.Resume
	next := h.cfg.Room.End().Next
	if err := m.view.reach(ctx, next); err != nil {
		return err
	}
	from, resumes := next-min(next-1, h.cfg.History), false
	if resume != nil && resume.Epoch == h.epoch {
		from, resumes = min(resume.Seq+1, next), true
	}
	how := room.Entrance{Held: true, From: max(from, 1)}
	if hello.Lag == wire.LagSkip {
		how.Gap = gap
	}
	in, err := m.view.room.Enter(sink, how)
	if err != nil {
		return err
	}
	m.in = in
	if oldest := m.view.room.End().Oldest; resumes && oldest > from {
		welcome.Missed = oldest - from // the member holds it: it has not moved on
	}
	welcome.Seq = next
	h.mu.Lock()
	welcome.Count, welcome.Peers = uint64(h.roster.count()), h.roster.peers(m.number)
	h.mu.Unlock()
	in.Insert(welcome.Append(nil))
	in.Release()
	return nil
}

// gap is what a member is told that is too slow for the room, and is not waited for.
func gap(missed uint64) []byte { return (&wire.Gap{Missed: missed}).Append(nil) }

// giveUp takes back what Enter has done.
func (m *Member) giveUp() { _ = m.Leave(expired) }

// called sets what the member is called.
func (m *Member) called(name string) {
	m.author = &Author{memberID(m.number), name}
	m.prefix = m.prefix[:0]
	if name != guestName(m.number) {
		m.prefix = append(append(m.prefix, name...), ": "...)
	}
}

// Handle does what a frame asks for. What there is to answer goes to the member. The
// error is room.ErrClosed when the room is: nothing of the frame has reached it.
func (m *Member) Handle(ctx context.Context, frame wire.ClientFrame) error {
	switch frame := frame.(type) {
	case *wire.Say:
		return m.say(ctx, frame)
	case *wire.SetName:
		m.rename(ctx, frame.Name)
	case *wire.Ping:
		m.answer(ctx, &wire.Pong{ID: frame.ID})
	case *wire.Hello:
		m.answer(ctx, &wire.Error{Code: wire.CodeHello, Message: "you are in the room already: say hello once, first"})
	}
	return nil
}

// Refuse tells the member what is wrong with a frame.
func (m *Member) Refuse(ctx context.Context, err *wire.FrameError, fatal bool) {
	m.answer(ctx, &wire.Error{Code: err.Code, Message: err.Error(), Ref: err.Ref, Fatal: fatal})
}

// Done is closed when nothing is written to the member any more.
func (m *Member) Done() <-chan struct{} { return m.in.Done() }

// answer sends a frame to this member alone. It waits while too many wait, unless the
// session goes on elsewhere.
func (m *Member) answer(ctx context.Context, frame wire.ServerFrame) {
	again := time.NewTimer(0)
	defer again.Stop()
	for waiting := m.in.Insert(frame.Append(nil)); waiting >= private; waiting = m.in.Inserted() {
		again.Reset(10 * time.Millisecond)
		select {
		case <-again.C:
		case <-m.in.Done():
			return
		case <-m.moved:
			return
		case <-ctx.Done():
			return
		}
	}
}

func (m *Member) say(ctx context.Context, f *wire.Say) error {
	if want := m.session.acked + 1; f.Ref != want {
		m.answer(ctx, &wire.Error{Code: wire.CodeRef, Message: fmt.Sprintf("the next ref is %d, not %d", want, f.Ref), Ref: f.Ref})
		return nil
	}
	if f.More && len(f.Text) == 0 {
		m.answer(ctx, &wire.Error{Code: wire.CodeValue, Message: "nothing is said, and the line goes on: leave it out", Ref: f.Ref})
		return nil
	}
	speaker, goesOn := m.session.unfinished, true
	if speaker == nil {
		speaker, goesOn = m.speaker, false
	}
	var chunk []byte
	begins := !goesOn
	for line := range bytes.SplitSeq(f.Text, []byte("\n")) {
		if begins {
			chunk = append(chunk, m.prefix...)
		}
		begins = true
		chunk = append(append(chunk, line...), '\n')
	}
	if f.More {
		chunk = chunk[:len(chunk)-1]
	}
	if len(chunk) > m.hub.cfg.MaxChunk {
		m.answer(ctx, &wire.Error{Code: wire.CodeTooLong, Ref: f.Ref, Message: fmt.Sprintf(
			"the message is %d bytes long as plain members see it: send up to %d", len(chunk), m.hub.cfg.MaxChunk)})
		return nil
	}
	err := speaker.Say(chunk, room.Note{Author: m.author, Lines: 1, Prefix: len(m.prefix), GoesOn: goesOn, Ref: f.Ref})
	if err != nil {
		return err
	}
	m.said++
	m.session.unfinished = nil // whoever takes over waits until we have settled
	if f.More {
		m.session.unfinished = speaker
	}
	m.session.acked = f.Ref
	return nil
}

func (m *Member) rename(ctx context.Context, wanted string) {
	name := ""
	if wanted != "" {
		var err error
		if name, _, err = text.Nickname(wanted); err != nil {
			m.answer(ctx, &wire.Error{Code: wire.CodeName, Message: err.Error()})
			return
		}
	}
	h := m.hub
	h.mu.Lock()
	old, given := h.roster.rename(m.number, name)
	m.session.wanted = name
	frame := &wire.Rename{Member: wire.Member{ID: memberID(m.number), Name: given}, Old: old}
	told := h.tellLocked(frame)
	h.mu.Unlock()
	m.called(given)
	if !told {
		m.answer(ctx, frame)
	}
}

// Settle says that nothing more is handled, so that the session may go on elsewhere.
// It may be called again.
func (m *Member) Settle() {
	select {
	case <-m.settled:
	default:
		close(m.settled)
	}
}

// Leave waits until everything that was said so far is written to the member, or ctx
// ends, and takes it out. The session is remembered. The error is what room.Leave's is.
func (m *Member) Leave(ctx context.Context) error {
	m.Settle()
	var err error
	if m.in != nil {
		_ = m.view.reach(ctx, m.hub.cfg.Room.End().Next) // else ctx has ended, and Leave says what that costs
		err = m.in.Leave(ctx)
	}
	h := m.hub
	h.mu.Lock()
	if m.left {
		h.mu.Unlock()
		return err
	}
	m.left = true
	now := time.Now()
	if h.sessions.leave(now, m.session, m) {
		h.goLocked(m.number)
	}
	last := h.leaveLocked()
	h.keepLocked(now)
	h.mu.Unlock()
	if last != nil {
		last.stop()
		h.mu.Lock()
		h.past.Add(last.stats())
		delete(h.views, last)
		h.mu.Unlock()
	}
	return err
}

// Number is the member's number, by which Hub.Name knows it. It is the session's, and so
// that of the member which comes back.
func (m *Member) Number() uint64 { return m.number }

// Behind is how many bytes of frames the member has still to get.
func (m *Member) Behind() uint64 { return m.in.Behind() }

// Delivered is how many lines the member has got, see room.Member.Delivered.
func (m *Member) Delivered() uint64 { return m.in.Delivered() }

// Said is how many messages of this connection are in the room. It is for the goroutine
// that calls Handle.
func (m *Member) Said() uint64 { return m.said }

// expired is a context that has ended.
var expired = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()
