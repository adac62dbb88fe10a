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
	off     bool   // the connection does not begin so
	relayed bool   // its first word is; aWord stands for it in head
	head    []byte // what may yet become one
}

// aWord stands for any that a request may have for a method.
const aWord = "x"

// pass returns what may be published once chunk has come: nothing while the
// connection may yet begin with an HTTP request, or with TLS, but for a first word that
// most likely is just that. If it does, the error is a refusal.
func (g *guard) pass(chunk []byte) ([]byte, error) {
	if g.off {
		return chunk, nil
	}
	g.head = append(g.head, chunk...)
	switch verdict, err := sniff(g.head); {
	case err != nil || verdict == wire.Undecided:
		return nil, err
	case verdict == wire.Word:
		word := g.held()
		g.head, g.relayed = []byte(aWord), true
		return word, nil
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

// sniff tells whether a connection that begins with head may yet speak HTTP or TLS, which is
// Undecided or a Word. If it does, the error is a refusal.
func sniff(head []byte) (wire.Verdict, error) {
	http, tls := wire.SniffHTTP(head), wire.SniffTLS(head)
	switch {
	case http == wire.HTTP:
		return http, refusals[RefusedHTTP]
	case tls == wire.TLS:
		return tls, refusals[RefusedTLS]
	case tls == wire.Undecided:
		return tls, nil
	}
	return http, nil
}

// held is what is held back.
func (g *guard) held() []byte {
	if g.relayed {
		return g.head[len(aWord):]
	}
	return g.head
}

// rest returns what was held back, and holds nothing back from then on.
func (g *guard) rest() []byte {
	head := g.held()
	g.off, g.relayed, g.head = true, false, nil
	return head
}
