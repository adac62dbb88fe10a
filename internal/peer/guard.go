package peer

import (
	"errors"

	"bcast/internal/wire"
)

// errHTTP ends the input of a connection that began with an HTTP request.
var errHTTP = errors.New("the client speaks HTTP")

// badRequest is what such a client gets. It is all that the server ever says on
// its own.
const badRequest = "HTTP/1.1 400 Bad Request\r\n" +
	"Content-Type: text/plain; charset=utf-8\r\n" +
	"Connection: close\r\n" +
	"\r\n" +
	"this is a bcast room and speaks lines, not HTTP: join it with nc or bcast-client\n"

// A guard stands between the first bytes of a connection and the room, so that a
// web page cannot make a browser speak in the room.
type guard struct {
	off  bool   // the connection does not begin with a request
	head []byte // what may yet become one
}

// pass returns what may be published once chunk has come: nothing while the
// connection may yet begin with an HTTP request. If it does, the error is errHTTP.
func (g *guard) pass(chunk []byte) ([]byte, error) {
	if g.off {
		return chunk, nil
	}
	g.head = append(g.head, chunk...)
	switch wire.SniffHTTP(g.head) {
	case wire.HTTP:
		return nil, errHTTP
	case wire.Undecided:
		return nil, nil
	case wire.Other:
	}
	return g.rest(), nil
}

// rest returns what was held back, and holds nothing back from then on.
func (g *guard) rest() []byte {
	head := g.head
	g.off, g.head = true, nil
	return head
}
