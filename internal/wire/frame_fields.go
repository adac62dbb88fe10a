package wire

import (
	"bytes"
	"encoding/base64"
)

// Whether a frame may be without a field.
const (
	optional = false
	required = true
)

// base64Strict is base64 as RFC 4648 section 4 has it, with its padding.
var base64Strict = base64.StdEncoding.Strict()

// fields are the fields of one object. They are read one by one; the first that
// is wrong leaves its error in err, and all behind it are empty.
type fields struct {
	p     []byte // the frame
	begin int    // of the object
	at    [keys]value
	err   *FrameError
}

// get finds a field and tells whether it is there, and of the kind that is wanted.
func (f *fields) get(k key, want kind, need bool) (value, bool) {
	v := f.at[k]
	switch {
	case f.err != nil:
		return v, false
	case v.kind == want:
		return v, true
	case v.kind != absent:
		f.fail(k, CodeType, "is to be "+kindNames[want])
	case need:
		f.fail(k, CodeMissing, "is missing")
	}
	return v, false
}

// bytes returns the string that stands at v. It lies in the frame if there is no escape in it.
func (f *fields) bytes(v value) []byte {
	if v.escaped {
		return unescape(f.p[v.from:v.to])
	}
	return f.p[v.from:v.to:v.to]
}

// string reads text of up to most bytes.
func (f *fields) string(k key, most int, need bool) string {
	v, ok := f.get(k, isString, need)
	if !ok {
		return ""
	}
	p := f.bytes(v)
	if len(p) > most {
		f.fail(k, CodeValue, "is too long")
		return ""
	}
	return string(p)
}

// form reads a string that is to have a form; expected says which.
func (f *fields) form(k key, need bool, has func([]byte) bool, expected string) string {
	v, ok := f.get(k, isString, need)
	if !ok {
		return ""
	}
	p := f.bytes(v)
	if !has(p) {
		f.fail(k, CodeValue, "is to be "+expected)
		return ""
	}
	return string(p)
}

// token reads an id or another word.
func (f *fields) token(k key) string {
	return f.form(k, required, isToken[[]byte], "1 to 64 bytes of A-Z, a-z, 0-9, _ and -")
}

// nonce reads what was drawn at random.
func (f *fields) nonce() string {
	return f.form(keyNonce, required, isRandom[[]byte], "16 to 64 bytes of A-Z, a-z, 0-9, _ and -")
}

// auth reads an HMAC-SHA256, if there is one.
func (f *fields) auth() string {
	return f.form(keyAuth, optional, func(p []byte) bool { return isHex(p, 64) }, "64 lower-case hexadecimal digits")
}

func (f *fields) session() Session {
	s := f.form(keySession, required, func(p []byte) bool { return isHex(p, 2*SessionSize) },
		"32 lower-case hexadecimal digits")
	if f.err != nil {
		return Session{}
	}
	session, _ := ParseSession(s)
	return session
}

// time reads the time of a line.
func (f *fields) time() int64 {
	v, ok := f.get(keyAt, isString, required)
	if !ok {
		return 0
	}
	at, ok := parseTime(f.bytes(v))
	if !ok {
		f.fail(keyAt, CodeValue, "is to be a time like 2006-01-02T15:04:05.000Z, from 1970 on")
	}
	return at
}

// number reads a whole number, least or more. One that is absent is 0.
func (f *fields) number(k key, least uint64, need bool) uint64 {
	v, ok := f.get(k, isNumber, need)
	if !ok {
		return 0
	}
	n, ok := wholeNumber(f.p[v.from:v.to])
	if !ok || n < least {
		f.fail(k, CodeValue, "is to be a whole number in its bounds, at most 9007199254740991")
		return 0
	}
	return n
}

// wholeNumber reads a number up to MaxNumber that a scanner has found.
func wholeNumber(p []byte) (n uint64, ok bool) {
	const digits = 16 // of MaxNumber
	if len(p) > digits {
		return 0, false
	}
	for _, c := range p {
		if !isDigit(c) { // a sign, a fraction, an exponent
			return 0, false
		}
		n = 10*n + uint64(c-'0')
	}
	return n, n <= MaxNumber
}

// bool reads true or false. One that is absent is false.
func (f *fields) bool(k key) bool {
	if v := f.at[k]; v.kind == isFalse {
		return false
	}
	_, ok := f.get(k, isTrue, optional)
	return ok
}

// text reads the bytes of a line: text, or data in base64.
func (f *fields) text() []byte {
	if f.at[keyText].kind != absent && f.at[keyData].kind != absent {
		f.fail(keyData, CodeConflict, "stands next to text: send one of them")
		return nil
	}
	if f.at[keyData].kind == absent {
		v, ok := f.get(keyText, isString, required)
		if !ok {
			return nil
		}
		return f.bytes(v)
	}
	v, ok := f.get(keyData, isString, required)
	if !ok {
		return nil
	}
	p := f.bytes(v)
	data, err := base64Strict.AppendDecode([]byte{}, p)
	if err != nil || bytes.ContainsAny(p, "\r\n") { // which the decoder passes over
		f.fail(keyData, CodeValue, "is to be base64 with padding")
		return nil
	}
	return data
}

// object reads the fields of an object inside this one.
func (f *fields) object(v value) *fields {
	in := &fields{p: f.p, begin: v.from}
	s := scanner{p: f.p, i: v.from}
	in.err = s.object(&in.at) // has been read once without fault
	return in
}

// member reads the fields that name a member.
func (f *fields) member() Member {
	return Member{ID: f.token(keyID), Name: f.string(keyName, MaxName, required)}
}

// peers reads a roster: nil if there is none.
func (f *fields) peers() []Member {
	v, ok := f.get(keyPeers, isArray, optional)
	if !ok {
		return nil
	}
	peers := []Member{}
	s := scanner{p: f.p, i: v.from}
	_ = s.array(func(v value) { // has been read once without fault
		switch {
		case f.err != nil:
		case v.kind != isObject:
			f.fail(keyPeers, CodeType, "is to have objects in it")
		case len(peers) == MaxRoster:
			f.fail(keyPeers, CodeValue, "has more than 500 members in it")
		default:
			in := f.object(v)
			peers = append(peers, in.member())
			f.err = in.err
		}
	})
	return peers
}

// fail keeps the first error: what is wrong with the field k.
func (f *fields) fail(k key, code Code, message string) {
	if f.err != nil {
		return
	}
	offset := f.begin
	if v := f.at[k]; v.kind != absent {
		offset = v.from
	}
	f.err = &FrameError{Code: code, Offset: offset, Message: keyNames[k] + " " + message}
}

// kindNames are the kinds that fields are of, for those who got one wrong.
var kindNames = [...]string{
	isString: "a string", isNumber: "a number", isTrue: "true or false", isObject: "an object", isArray: "an array",
}
