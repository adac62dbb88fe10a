package wire

// LagSkip is the value of a hello's Lag by which a client lets the room go on
// without it: what it is too slow for becomes a gap.
const LagSkip = "skip"

// Hello is a client's first frame, at most MaxHello bytes.
//
//	{"type":"hello","nonce":"...","name":"alice","resume":{"session":"...","epoch":"...","seq":1200}}
type Hello struct {
	Nonce  string  // random, 16 to 64 bytes, repeated by the welcome
	Name   string  // that it asks for; "" is none
	Resume *Resume // nil: a new member
	Auth   string  // proof of the room's token, 64 hexadecimal digits, or ""
	Lag    string  // LagSkip, or "": the room waits for it
}

// Resume says in a Hello what a connection was that broke.
type Resume struct {
	Session Session
	Epoch   string // that Seq counts in
	Seq     uint64 // of the last line it received, 0 if none
}

// Say is a message.
//
//	{"type":"say","ref":18,"text":"good morning"}
type Say struct {
	Ref  uint64 // of this session's messages, counted from 1
	Text []byte // without the newline at its end; one inside makes it a message of several lines
	More bool   // no newline follows Text: the line goes on in the next message
}

// SetName asks for another name.
//
//	{"type":"name","name":"alice"}
type SetName struct {
	Name string // "" is none
}

// Ping asks for a Pong.
//
//	{"type":"ping","id":"7"}
type Ping struct {
	ID string // repeated by the Pong, up to 64 bytes; may be ""
}

// Append appends the frame with its newline to b.
func (f *Hello) Append(b []byte) []byte {
	b = append(b, `{"type":"hello","nonce":`...)
	b = appendString(b, f.Nonce)
	if f.Name != "" {
		b = append(b, `,"name":`...)
		b = appendString(b, f.Name)
	}
	if f.Resume != nil {
		b = append(b, `,"resume":{"session":`...)
		b = appendString(b, f.Resume.Session.Secret())
		b = append(b, `,"epoch":`...)
		b = appendString(b, f.Resume.Epoch)
		b = append(b, `,"seq":`...)
		b = appendNumber(b, f.Resume.Seq)
		b = append(b, '}')
	}
	if f.Auth != "" {
		b = append(b, `,"auth":`...)
		b = appendString(b, f.Auth)
	}
	if f.Lag != "" {
		b = append(b, `,"lag":`...)
		b = appendString(b, f.Lag)
	}
	return endFrame(b)
}

// Append appends the frame with its newline to b.
func (f *Say) Append(b []byte) []byte {
	b = append(b, `{"type":"say","ref":`...)
	b = appendNumber(b, f.Ref)
	b = appendText(b, f.Text)
	if f.More {
		b = append(b, `,"more":true`...)
	}
	return endFrame(b)
}

// Append appends the frame with its newline to b.
func (f *SetName) Append(b []byte) []byte {
	return endFrame(appendString(append(b, `{"type":"name","name":`...), f.Name))
}

// Append appends the frame with its newline to b.
func (f *Ping) Append(b []byte) []byte { return appendEcho(b, `{"type":"ping"`, f.ID) }

// appendEcho appends a ping or pong to b.
func appendEcho(b []byte, begin, id string) []byte {
	b = append(b, begin...)
	if id != "" {
		b = append(b, `,"id":`...)
		b = appendString(b, id)
	}
	return endFrame(b)
}

func (*Hello) fromClient()   {}
func (*Say) fromClient()     {}
func (*SetName) fromClient() {}
func (*Ping) fromClient()    {}
