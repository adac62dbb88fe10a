package session_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"bcast/internal/session"
	"bcast/internal/wire"
)

const challenge = "0123456789abcdef" // of the fake's greeting

func token(t *testing.T) wire.RoomToken {
	t.Helper()
	token, err := wire.ParseRoomToken([]byte("correct horse battery"))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestBothSidesProveTheToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		token := token(t)
		b := run(t, func(cfg *session.Config) { cfg.Token = token })
		for _, event := range []string{"framed as me", "framed as me, resumed"} { // each connection anew
			f := b.accept(t)
			hello := f.greet()
			if want := token.ClientProof(challenge, hello.Nonce); hello.Auth != want {
				t.Fatalf("the proof is %q, want %q", hello.Auth, want)
			}
			f.welcome(hello, func(w *wire.Welcome) { w.Auth = token.ServerProof(challenge, hello.Nonce) })
			b.want(t, event)
			f.Close()
			b.want(t, "disconnected 1: the server closed the connection")
		}
	})
}

func TestServerWithoutTheTokenIsToldNothing(t *testing.T) {
	for name, proof := range map[string]func(token wire.RoomToken, hello *wire.Hello) string{
		"no proof":         func(wire.RoomToken, *wire.Hello) string { return "" },
		"the client's own": func(_ wire.RoomToken, hello *wire.Hello) string { return hello.Auth },
		"another nonce's": func(token wire.RoomToken, _ *wire.Hello) string {
			return token.ServerProof(challenge, "9f86d081884c7d65")
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				token := token(t)
				b := run(t, func(cfg *session.Config) { cfg.Token = token })
				b.Offer([]byte("a secret\n"))
				f := b.accept(t)
				hello := f.greet()
				f.welcome(hello, func(w *wire.Welcome) { w.Auth = proof(token, hello) })
				if rest, _ := io.ReadAll(f.r); len(rest) > 0 {
					t.Errorf("the server is told %q", rest)
				}
				if err := b.end(t); !errors.Is(err, session.ErrUnproven) {
					t.Errorf("the session ended with %v", err)
				}
			})
		})
	}
}

// TestTokenIsNotSentToAnyOtherServer has one that speaks no frames.
func TestTokenIsNotSentToAnyOtherServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := run(t, func(cfg *session.Config) { cfg.Token = token(t) })
		f := b.accept(t)
		f.probed()
		if rest, _ := io.ReadAll(f.r); len(rest) > 0 {
			t.Errorf("the server is told %q", rest)
		}
		if err := b.end(t); !errors.Is(err, session.ErrNotFramed) {
			t.Errorf("the session ended with %v", err)
		}
	})
}

func TestTokenIsThePlainDialectsFirstLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := run(t, func(cfg *session.Config) { cfg.Token, cfg.Plain = token(t), true })
		b.Offer([]byte("hello\n"))
		f := b.accept(t)
		for _, want := range []string{"correct horse battery\n", "hello\n"} {
			if line, err := f.r.ReadString('\n'); line != want {
				t.Errorf("the client says %q (%v), want %q", line, err, want)
			}
		}
	})
}

func TestRefusedTokenEndsTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := run(t, nil)
		f := b.accept(t)
		f.greet()
		f.send(&wire.Error{Code: wire.CodeAuth, Message: "the room wants a token", Fatal: true})
		err := b.end(t)
		if refused := (*session.RefusedError)(nil); !errors.As(err, &refused) || !strings.Contains(err.Error(), "wants a token") {
			t.Errorf("the session ended with %v", err)
		}
	})
}

func TestWhoIsPutOutDoesNotComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := run(t, nil)
		f := b.accept(t)
		f.welcome(f.greet(), nil)
		b.want(t, "framed as me")
		f.send(&wire.Bye{Reason: wire.ByeKicked})
		if err := b.end(t); !errors.Is(err, session.ErrKicked) {
			t.Errorf("the session ended with %v", err)
		}
	})
}
