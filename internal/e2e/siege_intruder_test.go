//go:build linux

package e2e_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"time"
)

// everyIntruder is who can reach a room with a token and TLS, and has neither token nor
// patience.
var everyIntruder = map[string]attacker{
	"slow handshakes":   overTime(12, clientHello, "handshakes_failed.any"),
	"words for TLS":     assault(4, true, words),
	"broken handshakes": assault(4, true, broken),
	"slow tokens":       slowTokens,
	"wrong tokens":      guesses,
	"wrong proofs":      wrongProofs,
	"TLS and no token":  assault(4, true, quiet),
	"HTTP":              overHTTP,
}

// clientHello is what a client of TLS sends first.
var clientHello = sync.OnceValue(func() []byte {
	ours, theirs := net.Pipe()
	go func() {
		_ = tls.Client(theirs, &tls.Config{InsecureSkipVerify: true}).Handshake() // ends with the pipe
	}()
	defer ours.Close()
	p := make([]byte, 4096)
	n, _ := ours.Read(p) // a pipe gives what one write has
	return p[:n]
})

// overTime sends the beginning of something, a few bytes at a time, until the server has
// enough of it or ctx ends: a slow loris.
func overTime(workers int, what func() []byte, figure string) attacker {
	return assault(workers, strings.HasPrefix(figure, "handshakes"), func(ctx context.Context, conn *net.TCPConn) figures {
		text := what()
		text = text[:rand.IntN(len(text))]
		stop := context.AfterFunc(ctx, func() { conn.Close() })
		defer stop()
		closed := make(chan struct{})
		go func() { // ends with the connection
			defer close(closed)
			_, _ = io.Copy(io.Discard, conn)
		}()
		for ; len(text) > 0 && pause(ctx, 200*time.Millisecond) == nil; text = text[1:] {
			if _, err := conn.Write(text[:1]); err != nil {
				break
			}
		}
		<-closed
		return figures{figure: 1}
	})
}

var slowTokens = overTime(12, func() []byte { return []byte(strings.Repeat("x", 300)) }, "refused.no_token")

// untilClosed reads until the server closes.
func untilClosed(conn net.Conn) string {
	text, _ := io.ReadAll(conn) // a reset is an end, too
	return string(text)
}

// words says something to the port with TLS that is none.
func words(_ context.Context, conn *net.TCPConn) figures {
	all := []string{token + "\n", evil, "\x01", "GET / HTTP/1.1\r\n\r\n", "\x00", "\x17\x03\x03\x00\x05hello", "\x80\x2e\x01"}
	_, _ = io.WriteString(conn, all[rand.IntN(len(all))])
	_ = conn.CloseWrite()
	untilClosed(conn)
	return figures{"handshakes_failed.any": 1}
}

// broken breaks a handshake off, or goes on with nonsense.
func broken(_ context.Context, conn *net.TCPConn) figures {
	p := append([]byte(nil), clientHello()...)
	for range rand.IntN(20) {
		p[5+rand.IntN(len(p)-5)] = byte(rand.Uint32()) // of the message, behind the record's header
	}
	_, _ = conn.Write(p[:1+rand.IntN(len(p))])
	if rand.IntN(2) == 0 {
		_ = conn.SetLinger(0)
	} else {
		_ = conn.CloseWrite()
		untilClosed(conn)
	}
	return figures{"handshakes_failed.any": 1}
}

// quiet speaks TLS, and says no token.
func quiet(ctx context.Context, conn *net.TCPConn) figures {
	secured := tls.Client(conn, &tls.Config{InsecureSkipVerify: true})
	if err := secured.Handshake(); err != nil {
		return figures{"handshakes_failed.any": 1}
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	untilClosed(secured)
	return figures{"refused.no_token": 1}
}

// guesses says tokens that are wrong, one after another: its address waits longer and longer.
var guesses = again(2, func(_ context.Context, conn *net.TCPConn) figures {
	_, _ = io.WriteString(conn, token[:8+rand.IntN(len(token)-8)]+"\n")
	_, _ = io.WriteString(conn, evil)
	if got := untilClosed(conn); got != "" {
		return figures{"is told " + got: 1}
	}
	return figures{"refused.token": 1}
})

// wrongProofs asks for frames with a proof that is none, or another connection's.
var wrongProofs = again(2, func(_ context.Context, conn *net.TCPConn) figures {
	in := bufio.NewReader(conn)
	_, _ = conn.Write([]byte{1})
	greeting, err := in.ReadString('\n')
	if err != nil {
		return nil
	}
	challenge := strings.Fields(greeting)[2]
	nonce := "0123456789abcdef"
	wrong := []string{
		"", strings.Repeat("0", 64), proof(token, "another-challenge", nonce), proof("another token", challenge, nonce), proof(token, nonce, challenge),
	}
	frame, _ := json.Marshal(map[string]any{"type": "hello", "nonce": nonce, "auth": wrong[rand.IntN(len(wrong))]}) // strings are never refused
	_, _ = conn.Write(append(frame, '\n'))
	answer, _ := io.ReadAll(in) // a reset is an end, too
	if !strings.HasPrefix(string(answer), `{"type":"error","code":"auth"`) {
		return figures{"is told " + string(answer): 1}
	}
	return figures{"refused.token": 1}
})
