package wire

// A Member is one that is in the room.
type Member struct {
	ID   string // up to 64 bytes of A-Z, a-z, 0-9, "_", "-"; never another's while the server runs
	Name string // what it is called: its own name, or one that the room gave
}

// Welcome answers a Hello: what follows it is what the room says.
//
//	{"type":"welcome","nonce":"...","session":"...","you":{"id":"p7","name":"alice"},"epoch":"...",
//	 "seq":1201,"acked":17,"missed":0,"count":12,"peers":[{"id":"p3","name":"bob"}]}
type Welcome struct {
	Nonce   string // of the Hello
	Session Session
	You     Member
	Epoch   string
	Seq     uint64   // of the next line that is new; what follows with a lower one is history
	Acked   uint64   // the highest ref of this session's messages that the room has
	Missed  uint64   // lines behind the Resume's that are gone
	Count   uint64   // members of the room, this one too
	Peers   []Member // the others; nil: the room does not name them
	Auth    string   // proof of the room's token, 64 hexadecimal digits, or ""
	MaxLine int      // longest line in bytes, newline included; 0 stands for DefaultMaxLine
}

// Line is a line of the room: a line, a piece of one that is too long, or a
// whole message of several lines. It is the receipt of its author, too.
//
//	{"type":"line","seq":1201,"from":"p3","name":"bob","at":"2025-07-01T12:00:00.000Z","text":"hello"}
type Line struct {
	Seq  uint64 // counts them from 1, within an epoch
	From string // Member.ID of its author
	Name string // Member.Name of its author, as it was then
	At   int64  // when the room got it, in milliseconds since 1970; up to MaxTime
	Text []byte // any bytes, without the newline at its end
	More bool   // no newline follows Text: the line goes on in the author's next
	Ref  uint64 // of the Say, for its author alone; 0: it came from somebody else
}

// Join says that somebody has come.
type Join struct {
	Member
	Count uint64 // of members, the new one too
}

// Leave says that somebody has gone.
type Leave struct {
	Member
	Count uint64 // of members that remain
}

// Rename says that somebody is called otherwise from here on.
//
//	{"type":"rename","id":"p3","name":"robert","old":"bob"}
type Rename struct {
	Member
	Old string // "" where it is not known
}

// Count says how many members there are, where it does not say who.
type Count struct {
	Count uint64
}

// Gap says that a client was too slow for lines, which are gone.
type Gap struct {
	Missed uint64 // lines, exactly
}

// Pong answers a Ping.
type Pong struct {
	ID string // of the Ping
}

// Error says that something a client sent cannot be done.
type Error struct {
	Code    Code
	Message string // for people; sent up to MaxMessage bytes of it
	Ref     uint64 // of the Say, or 0
	Fatal   bool   // the server closes behind it
}

// The reasons of a Bye. Others may be added.
const (
	ByeStopping = "stopping" // the server stops
	ByeReplaced = "replaced" // the session goes on on another connection
	ByeIdle     = "idle"     // nothing came from the client or went to it for too long
	ByeEnd      = "end"      // the client has ended its input
	ByeKicked   = "kicked"   // the operator has put the client out: it is not to come back by itself
)

// Bye is the last frame of a server that closes.
type Bye struct {
	Reason string // a word, up to 64 bytes of A-Z, a-z, 0-9, "_", "-"
}

// Append appends the frame with its newline to b.
func (f *Welcome) Append(b []byte) []byte {
	b = append(b, `{"type":"welcome","nonce":`...)
	b = appendString(b, f.Nonce)
	b = append(b, `,"session":`...)
	b = appendString(b, f.Session.Secret())
	b = append(b, `,"you":{`...)
	b = appendMember(b, f.You)
	b = append(b, `},"epoch":`...)
	b = appendString(b, f.Epoch)
	b = append(b, `,"seq":`...)
	b = appendNumber(b, f.Seq)
	b = append(b, `,"acked":`...)
	b = appendNumber(b, f.Acked)
	b = append(b, `,"missed":`...)
	b = appendNumber(b, f.Missed)
	b = appendCount(b, f.Count)
	if f.Peers != nil {
		b = append(b, `,"peers":[`...)
		for i, m := range f.Peers {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendMember(append(b, '{'), m), '}')
		}
		b = append(b, ']')
	}
	if f.Auth != "" {
		b = append(b, `,"auth":`...)
		b = appendString(b, f.Auth)
	}
	if f.MaxLine != 0 {
		b = append(b, `,"max_line":`...)
		b = appendNumber(b, uint64(f.MaxLine))
	}
	return endFrame(b)
}

// Append appends the frame with its newline to b, and allocates nothing if b has
// room for it. The ref comes last, so that the frames for the author and for
// all others differ at their ends only.
func (f *Line) Append(b []byte) []byte {
	b = append(b, `{"type":"line","seq":`...)
	b = appendNumber(b, f.Seq)
	b = append(b, `,"from":`...)
	b = appendString(b, f.From)
	b = append(b, `,"name":`...)
	b = appendString(b, f.Name)
	b = append(b, `,"at":"`...)
	b = appendTime(b, f.At)
	b = append(b, '"')
	b = appendText(b, f.Text)
	if f.More {
		b = append(b, `,"more":true`...)
	}
	if f.Ref != 0 {
		b = append(b, `,"ref":`...)
		b = appendNumber(b, f.Ref)
	}
	return endFrame(b)
}

// Append appends the frame with its newline to b.
func (f *Join) Append(b []byte) []byte {
	return endFrame(appendCount(appendMember(append(b, `{"type":"join",`...), f.Member), f.Count))
}

// Append appends the frame with its newline to b.
func (f *Leave) Append(b []byte) []byte {
	return endFrame(appendCount(appendMember(append(b, `{"type":"leave",`...), f.Member), f.Count))
}

// Append appends the frame with its newline to b.
func (f *Rename) Append(b []byte) []byte {
	b = appendMember(append(b, `{"type":"rename",`...), f.Member)
	if f.Old != "" {
		b = append(b, `,"old":`...)
		b = appendString(b, f.Old)
	}
	return endFrame(b)
}

// Append appends the frame with its newline to b.
func (f *Count) Append(b []byte) []byte {
	return endFrame(appendCount(append(b, `{"type":"count"`...), f.Count))
}

// Append appends the frame with its newline to b.
func (f *Gap) Append(b []byte) []byte {
	return endFrame(appendNumber(append(b, `{"type":"gap","missed":`...), f.Missed))
}

// Append appends the frame with its newline to b.
func (f *Pong) Append(b []byte) []byte { return appendEcho(b, `{"type":"pong"`, f.ID) }

// Append appends the frame with its newline to b.
func (f *Error) Append(b []byte) []byte {
	b = append(b, `{"type":"error","code":`...)
	b = appendString(b, string(f.Code))
	b = append(b, `,"message":`...)
	b = appendString(b, f.Message[:cut(f.Message, MaxMessage)])
	if f.Ref != 0 {
		b = append(b, `,"ref":`...)
		b = appendNumber(b, f.Ref)
	}
	if f.Fatal {
		b = append(b, `,"fatal":true`...)
	}
	return endFrame(b)
}

// Append appends the frame with its newline to b.
func (f *Bye) Append(b []byte) []byte {
	return endFrame(appendString(append(b, `{"type":"bye","reason":`...), f.Reason))
}

func appendMember(b []byte, m Member) []byte {
	b = append(b, `"id":`...)
	b = appendString(b, m.ID)
	b = append(b, `,"name":`...)
	return appendString(b, m.Name)
}

func appendCount(b []byte, n uint64) []byte { return appendNumber(append(b, `,"count":`...), n) }

func (*Welcome) fromServer() {}
func (*Line) fromServer()    {}
func (*Join) fromServer()    {}
func (*Leave) fromServer()   {}
func (*Rename) fromServer()  {}
func (*Count) fromServer()   {}
func (*Gap) fromServer()     {}
func (*Pong) fromServer()    {}
func (*Error) fromServer()   {}
func (*Bye) fromServer()     {}
