package wire

import "fmt"

const (
	// SOH is the byte that a client sends, alone, to ask for the framed dialect,
	// and the first byte of the greeting that answers it.
	SOH = 0x01

	// MaxNumber is the largest number in a frame, 2^53 - 1: beyond it not every
	// reader of JSON keeps integers exact (RFC 8259 section 6).
	MaxNumber = 1<<53 - 1

	// MaxHello is the longest hello with its newline, in bytes, so that a server
	// need not hold more of what may turn out to be plain.
	MaxHello = 4 << 10

	// MaxName is the longest name that a frame carries, in bytes. It leaves room
	// for what a server folds away; which names it takes is no matter of frames.
	MaxName = 1 << 10

	// MaxMessage is the longest message of an error, in bytes.
	MaxMessage = 1 << 10

	// MaxRoster is up to how many members a room names them all.
	MaxRoster = 500

	maxToken  = 64 // bytes of ids, epochs, types, codes
	minRandom = 16 // bytes of nonces and challenges, at least
	maxDepth  = 8  // objects and arrays inside each other, the frame counted
	maxFields = 64 // of one object
)

// MaxFrame is the length in bytes of the longest frame with its newline, where
// lines are up to maxLine bytes: JSON needs up to six bytes for one. A welcome,
// which may have a roster, is at most MaxFrame(DefaultMaxLine) long in any room.
func MaxFrame(maxLine int) int { return 6*maxLine + 4<<10 }

// A ClientFrame is what a client sends: *Hello, *Say, *SetName, *Ping, or *Unknown.
type ClientFrame interface {
	// Append appends the frame with its newline to b.
	Append(b []byte) []byte

	fromClient()
}

// A ServerFrame is what a server sends: *Welcome, *Line, *Join, *Leave,
// *Rename, *Count, *Gap, *Pong, *Error, *Bye, or *Unknown.
type ServerFrame interface {
	// Append appends the frame with its newline to b.
	Append(b []byte) []byte

	fromServer()
}

// Unknown is a frame of a type that this version does not know: the other side
// is newer. It is to be passed over.
type Unknown struct {
	Type string
}

// Append appends the frame's type alone: the other fields are not kept.
func (f *Unknown) Append(b []byte) []byte {
	return endFrame(appendString(append(b, `{"type":`...), f.Type))
}

func (*Unknown) fromClient() {}
func (*Unknown) fromServer() {}

// A Code says in one word what is wrong. The first ones are those of a
// FrameError, the others are a server's own. Others may be added: a client shows
// the message of a code that it does not know.
type Code string

// The codes of a FrameError, and of the error that a server sends for it.
const (
	CodeTooLong   Code = "too-long"  // the frame, or the line in it
	CodeSyntax    Code = "syntax"    // not one JSON object on a line
	CodeUTF8      Code = "utf8"      // not Unicode: invalid UTF-8, half of a surrogate pair
	CodeDepth     Code = "depth"     // too many objects or arrays inside each other
	CodeDuplicate Code = "duplicate" // a field twice in one object
	CodeTrailing  Code = "trailing"  // something behind the object
	CodeMissing   Code = "missing"   // a field that the frame needs
	CodeType      Code = "type"      // a field of another JSON type
	CodeValue     Code = "value"     // a field out of its bounds, or not in its form
	CodeConflict  Code = "conflict"  // text and data in one frame
)

// The codes of errors that a well-formed frame gets.
const (
	CodeHello Code = "hello" // a second one
	CodeName  Code = "name"  // a name that the room does not take
	CodeRef   Code = "ref"   // not the last ref and one
	CodeAuth  Code = "auth"  // no or wrong proof of the room's token
)

// A FrameError says why a frame cannot be read.
type FrameError struct {
	Code    Code
	Offset  int    // where in the frame, in bytes
	Type    string // of the frame, or "" where that is not known
	Ref     uint64 // of a say, or 0 where that is not known
	Message string // nothing of what the frame says is in it, so that it may be logged
}

func (e *FrameError) Error() string {
	return fmt.Sprintf("%s (%s, byte %d of the frame)", e.Message, e.Code, e.Offset)
}

// isToken tells whether p is 1 to maxToken bytes of A-Z, a-z, 0-9, "_" and "-".
func isToken[T []byte | string](p T) bool {
	if len(p) == 0 || len(p) > maxToken {
		return false
	}
	for i := range len(p) {
		switch c := p[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == '-':
		default:
			return false
		}
	}
	return true
}
