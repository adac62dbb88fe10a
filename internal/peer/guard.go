package peer

import "bcast/internal/wire"

// badRequest is what a client gets that begins with an HTTP request. It is all that the server
// ever says on its own to who speaks no frames.
const badRequest = "HTTP/1.1 400 Bad Request\r\n" +
	"Content-Type: text/plain; charset=utf-8\r\n" +
	"Connection: close\r\n" +
	"\r\n" +
	"this is a bcast room and speaks lines, not HTTP: join it with nc or bcast-client\n"

// A guard stands between the first bytes of a connection and the room, so that a
// web page cannot make a browser speak in the room, and a client that wants TLS is not
// relayed to people's terminals.
type guard struct {
	off  bool   // the connection does not begin so
	head []byte // what may yet become one
}

// pass returns what may be published once chunk has come: nothing while the
// connection may yet begin with an HTTP request, or with TLS. If it does, the error is
// a refusal.
func (g *guard) pass(chunk []byte) ([]byte, error) {
	if g.off {
		return chunk, nil
	}
	g.head = append(g.head, chunk...)
	isUndecided, err := sniff(g.head)
	if isUndecided || err != nil {
		return nil, err
	}
	return g.rest(), nil
}

// look sees a line that has begun, which pass gets once it is complete: a handshake may have
// no newline for long.
func (g *guard) look(begun []byte) error {
	if g.off || len(g.head) > 0 || wire.SniffTLS(begun) != wire.TLS {
		return nil
	}
	return refusals[RefusedTLS]
}

// sniff reports whether a connection that begins with head may yet speak HTTP or TLS. If
// it does, the error is a refusal.
func sniff(head []byte) (isUndecided bool, err error) {
	http, tls := wire.SniffHTTP(head), wire.SniffTLS(head)
	switch {
	case http == wire.HTTP:
		return false, refusals[RefusedHTTP]
	case tls == wire.TLS:
		return false, refusals[RefusedTLS]
	}
	return http == wire.Undecided || tls == wire.Undecided, nil
}

// rest returns what was held back, and holds nothing back from then on.
func (g *guard) rest() []byte {
	head := g.head
	g.off, g.head = true, nil
	return head
}
