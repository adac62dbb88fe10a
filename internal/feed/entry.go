package feed

import "time"

// Kind says who is behind an entry.
type Kind uint8

// The kinds of entries.
const (
	Line   Kind = iota // a member said it
	Own                // this side said it
	Unsure             // this side said it, and it is not sure that others see it, or once only
	Rest               // goes on with what the entry above says: the next line of a message
	Mark               // the client says it, such as a break in the connection
	Note               // the client says it by the way, such as who came
)

// An Entry is one thing that was said. Name and Text have passed the gate, [text.Clean],
// and have no line end; Name may be "".
type Entry struct {
	Kind    Kind
	Mention bool // whether it is meant for this side; the feed only keeps it
	At      time.Time
	Name    string
	Text    string
}

// entryCost is what an entry takes besides its name and text, in bytes: its slot in the
// ring, which can have twice as many as are in use, and the slack of its strings.
const entryCost = 160

// size is what e takes in memory, in bytes.
func (e *Entry) size() int { return entryCost + len(e.Name) + len(e.Text) }
