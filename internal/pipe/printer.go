package pipe

import (
	"bytes"
	"io"
	"strings"

	"bcast/internal/session"
)

// flushAt is how many bytes a printer gathers before it writes them.
const flushAt = 64 << 10

// A printer writes what comes from the room: the bytes that nc would get, or the
// frames themselves. What becomes of lines is gathered until flush.
type printer struct {
	out  io.Writer
	json bool
	buf  []byte

	again bool   // history is of a server that has started anew: nothing of it was seen
	open  string // the author of an unfinished line, or ""
}

// connected is told of each connection.
func (p *printer) connected(event session.Connected) {
	p.again = p.again || event.Restarted
	if event.Restarted && p.open != "" {
		p.buf = append(p.buf, '\n')
		p.open = ""
	}
}

func (p *printer) received(data []byte) error {
	_, err := p.out.Write(data)
	return err
}

func (p *printer) frame(json []byte) error {
	p.buf = append(append(p.buf, json...), '\n')
	return p.bound()
}

// line writes a line as the server writes it to plain members, who get no history
// and nothing of their own.
func (p *printer) line(line session.Line) error {
	if p.json || line.History && !p.again {
		return nil
	}
	if p.open != "" && p.open != line.From {
		p.buf = append(p.buf, '\n')
		p.open = ""
	}
	if line.Own {
		return p.bound()
	}
	prefix := ""
	if !strings.HasPrefix(line.Name, "guest-") {
		prefix = line.Name + ": "
	}
	if prefix == "" {
		p.buf = append(p.buf, line.Text...)
	} else {
		for text := range bytes.SplitSeq(line.Text, []byte("\n")) {
			if p.open == "" {
				p.buf = append(p.buf, prefix...)
			}
			p.open = ""
			p.buf = append(append(p.buf, text...), '\n')
		}
		p.buf = p.buf[:len(p.buf)-1] // its end is told by More
	}
	p.open = ""
	if line.More {
		p.open = line.From
	} else {
		p.buf = append(p.buf, '\n')
	}
	return p.bound()
}

func (p *printer) bound() error {
	if len(p.buf) < flushAt {
		return nil
	}
	return p.flush()
}

func (p *printer) flush() error {
	if len(p.buf) == 0 {
		return nil
	}
	_, err := p.out.Write(p.buf)
	p.buf = p.buf[:0]
	return err
}
