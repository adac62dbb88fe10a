package wire

import "bytes"

// DecodeClient reads one frame of a client, with or without its newline. Lines
// are up to maxLine bytes long, newline included.
//
// It is strict: the frame is one JSON object and nothing else, names of fields
// are unique in it, strings are Unicode, every field is of its type and in its
// bounds. Fields that it does not know are passed over, and a frame of a type
// that it does not know is *Unknown. The error is a *FrameError.
//
// The bytes of a Say may lie in p: they change with it.
func DecodeClient(p []byte, maxLine int) (ClientFrame, error) {
	var f fields
	kind := f.open(p, MaxFrame(maxLine))
	var frame ClientFrame
	switch string(kind) {
	case "hello":
		frame = f.hello(len(p))
	case "say":
		frame = f.say(maxLine)
	case "name":
		frame = &SetName{Name: f.string(keyName, MaxName, required)}
	case "ping":
		frame = &Ping{ID: f.string(keyID, maxToken, optional)}
	default:
		frame = &Unknown{Type: string(kind)}
	}
	if f.err != nil {
		return nil, f.failed(kind)
	}
	return frame, nil
}

// DecodeServer reads one frame of a server, as DecodeClient does with a
// client's. Before the welcome, whose MaxLine says what maxLine is, it is
// DefaultMaxLine.
//
// The bytes of a Line may lie in p: they change with it.
func DecodeServer(p []byte, maxLine int) (ServerFrame, error) {
	var f fields
	kind := f.open(p, MaxFrame(maxLine))
	var frame ServerFrame
	switch string(kind) {
	case "line":
		frame = f.line()
	case "welcome":
		frame = f.welcome()
	case "join":
		frame = &Join{Member: f.member(), Count: f.number(keyCount, 0, required)}
	case "leave":
		frame = &Leave{Member: f.member(), Count: f.number(keyCount, 0, required)}
	case "rename":
		frame = &Rename{Member: f.member(), Old: f.string(keyOld, MaxName, optional)}
	case "count":
		frame = &Count{Count: f.number(keyCount, 0, required)}
	case "gap":
		frame = &Gap{Missed: f.number(keyMissed, 1, required)}
	case "pong":
		frame = &Pong{ID: f.string(keyID, maxToken, optional)}
	case "error":
		frame = f.error()
	case "bye":
		frame = &Bye{Reason: f.token(keyReason)}
	default:
		frame = &Unknown{Type: string(kind)}
	}
	if f.err != nil {
		return nil, f.failed(kind)
	}
	return frame, nil
}

// open finds the fields of a frame of up to most bytes and returns its type.
func (f *fields) open(p []byte, most int) (kind []byte) {
	if len(p) > most {
		f.err = &FrameError{Code: CodeTooLong, Offset: most, Message: "the frame is too long"}
		return nil
	}
	f.p = bytes.TrimSuffix(p, []byte("\n"))
	if f.err = scanFrame(f.p, &f.at); f.err != nil {
		return nil
	}
	v, ok := f.get(keyType, isString, required)
	if !ok {
		return nil
	}
	kind = f.bytes(v)
	if !isToken(kind) {
		f.fail(keyType, CodeValue, "is to be 1 to 64 bytes of A-Z, a-z, 0-9, _ and -")
		return nil
	}
	return kind
}

// failed returns the error of a frame, with what is known of the frame.
func (f *fields) failed(kind []byte) *FrameError {
	f.err.Type = string(kind)
	if v := f.at[keyRef]; string(kind) == "say" && v.kind == isNumber {
		if ref, ok := wholeNumber(f.p[v.from:v.to]); ok {
			f.err.Ref = ref
		}
	}
	return f.err
}

func (f *fields) hello(size int) *Hello {
	if size > MaxHello {
		f.err = &FrameError{Code: CodeTooLong, Offset: MaxHello, Message: "a hello has up to 4096 bytes"}
	}
	hello := &Hello{Nonce: f.nonce(), Name: f.string(keyName, MaxName, optional)}
	if v, ok := f.get(keyResume, isObject, optional); ok {
		in := f.object(v)
		hello.Resume = &Resume{
			Session: in.session(),
			Epoch:   in.token(keyEpoch),
			Seq:     in.number(keySeq, 0, required),
		}
		f.err = in.err
	}
	hello.Auth = f.auth()
	hello.Lag = f.form(keyLag, optional, func(p []byte) bool { return string(p) == LagSkip }, "skip, or left out")
	return hello
}

func (f *fields) say(maxLine int) *Say {
	say := &Say{Ref: f.number(keyRef, 1, required), Text: f.text(), More: f.bool(keyMore)}
	size := len(say.Text)
	if !say.More {
		size++ // its newline
	}
	if size > maxLine {
		k := keyText
		if f.at[keyData].kind != absent {
			k = keyData
		}
		f.fail(k, CodeTooLong, "is longer than a line of the room may be: send it in several, with more in all but the last")
	}
	return say
}

func (f *fields) welcome() *Welcome {
	w := &Welcome{Nonce: f.nonce(), Session: f.session()}
	if v, ok := f.get(keyYou, isObject, required); ok {
		in := f.object(v)
		w.You = in.member()
		f.err = in.err
	}
	w.Epoch = f.token(keyEpoch)
	w.Seq = f.number(keySeq, 1, required)
	w.Acked = f.number(keyAcked, 0, required)
	w.Missed = f.number(keyMissed, 0, required)
	w.Count = f.number(keyCount, 0, required)
	w.Peers = f.peers()
	w.Auth = f.auth()
	longest := f.number(keyMaxLine, 1, optional)
	if longest > LimitMaxLine {
		f.fail(keyMaxLine, CodeValue, "is to be at most 16 MiB")
	}
	w.MaxLine = int(longest)
	return w
}

func (f *fields) line() *Line {
	return &Line{
		Seq:  f.number(keySeq, 1, required),
		From: f.token(keyFrom),
		Name: f.string(keyName, MaxName, required),
		At:   f.time(),
		Text: f.text(),
		More: f.bool(keyMore),
		Ref:  f.number(keyRef, 1, optional),
	}
}

func (f *fields) error() *Error {
	return &Error{
		Code:    Code(f.token(keyCode)),
		Message: f.string(keyMessage, MaxMessage, required),
		Ref:     f.number(keyRef, 1, optional),
		Fatal:   f.bool(keyFatal),
	}
}
