package session_test

import (
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bcast/internal/session"
	"bcast/internal/wire"
)

func TestFirstBytesTellTheDialect(t *testing.T) {
	for name, test := range map[string]struct {
		server func(*fake)
		after  time.Duration // until Connected
		want   []string
	}{
		"no greeting":          {func(*fake) {}, time.Second, []string{"plain"}},
		"a late greeting":      {func(f *fake) { time.Sleep(1100 * time.Millisecond); f.write(greeting) }, time.Second, []string{"plain", "received " + greeting}},
		"half a greeting":      {func(f *fake) { f.write("\x01bcast/1 e1") }, time.Second, []string{"plain", "received \x01bcast/1 e1"}},
		"a plain line first":   {func(f *fake) { f.write("hi\n" + greeting) }, 0, []string{"plain", "received hi\n" + greeting}},
		"half a line first":    {func(f *fake) { f.write("hi> ") }, 0, []string{"plain", "received hi> "}},
		"SOH of a member":      {func(f *fake) { f.write("\x01") }, time.Second, []string{"plain", "received \x01"}},
		"SOH before a line":    {func(f *fake) { f.write("\x01hi\n") }, 0, []string{"plain", "received \x01hi\n"}},
		"SOH and no end":       {func(f *fake) { f.write("\x01" + strings.Repeat("x", 300)) }, 0, []string{"plain", "received \x01" + strings.Repeat("x", 300)}},
		"a greeting":           {func(f *fake) { f.welcome(f.greeted(greeting), nil) }, 0, []string{"framed as me"}},
		"a greeting in bytes":  {func(f *fake) { f.welcome(f.greeted(strings.Split(greeting, "")...), nil) }, 0, []string{"framed as me"}},
		"words of a later one": {func(f *fake) { f.welcome(f.greeted("\x01bcast/1 e1 0123456789abcdef tls x\n"), nil) }, 0, []string{"framed as me"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := run(t, nil)
				begin := time.Now()
				f := b.accept(t)
				f.probed()
				go test.server(f)
				b.want(t, test.want[0])
				if took := time.Since(begin); took != test.after {
					t.Errorf("it was known after %v, want %v", took, test.after)
				}
				b.want(t, test.want[1:]...)
				b.quiet(t, time.Second)
			})
		})
	}
}

// greeted sends a greeting in pieces and returns the hello.
func (f *fake) greeted(pieces ...string) *wire.Hello {
	for _, piece := range pieces {
		f.write(piece)
	}
	hello, _ := f.frame().(*wire.Hello)
	return hello
}

func TestHelloSaysWhoAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := run(t, func(cfg *session.Config) { cfg.Name, cfg.Lag = "alice", wire.LagSkip })
		f := b.accept(t)
		first := f.greet()
		if first.Name != "alice" || first.Lag != wire.LagSkip || first.Resume != nil || len(first.Nonce) < 16 {
			t.Errorf("hello %+v", first)
		}
		f.Close()
		if again := b.accept(t).greet(); again.Nonce == first.Nonce {
			t.Error("the nonce is the same for two connections")
		}
	})
}

func TestAnotherVersionEndsTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := run(t, nil)
		f := b.accept(t)
		f.probed()
		f.write("\x01bcast/2 whatever\n")
		var version *wire.VersionError
		if err := b.end(t); !errors.As(err, &version) || version.Version != "2" {
			t.Errorf("the session ended with %v", err)
		}
		f.closed()
	})
}

func TestNothingIsTrustedBeforeTheWelcome(t *testing.T) {
	for name, first := range map[string]func(*wire.Hello) string{
		"another nonce": func(*wire.Hello) string {
			w := &wire.Welcome{Nonce: "0123456789abcdef", Session: secret, You: wire.Member{ID: "p1"}, Epoch: "e1", Seq: 1}
			return string(w.Append(nil))
		},
		"the client's own hello": func(h *wire.Hello) string { return string(h.Append(nil)) },
		"a line":                 func(*wire.Hello) string { return string(line(1, "spoofed").Append(nil)) },
		"a member":               func(*wire.Hello) string { return `{"type":"join","id":"p6","name":"eve","count":1}` + "\n" },
		"a line of nc":           func(*wire.Hello) string { return "hello\n" },
		"a later type":           func(*wire.Hello) string { return `{"type":"later"}` + "\n" },
		"no line":                func(*wire.Hello) string { return strings.Repeat("x", wire.MaxFrame(wire.DefaultMaxLine)+1) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := run(t, nil)
				b.send(t, "secret\n")
				f := b.accept(t)
				hello := f.greet()
				go func() { _, _ = f.Write([]byte(first(hello) + "more\n")) }()
				f.ended() // without a message
				if got := <-b.events; !strings.HasPrefix(got, "disconnected 1: the server breaks the protocol: ") {
					t.Fatalf("event %q", got)
				}
				f = b.accept(t)
				hello = f.greet()
				if hello.Resume != nil {
					t.Error("it believes in a session")
				}
				f.welcome(hello, nil)
				b.want(t, "framed as me")
				f.says(1, "secret")
			})
		})
	}
}

func TestServerThatNeverWelcomesIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := run(t, nil)
		f := b.accept(t)
		f.greet()
		begin := time.Now()
		b.want(t, "disconnected 1: the server does not answer")
		if took := time.Since(begin); took < 15*time.Second || took > 20*time.Second {
			t.Errorf("it was left after %v", took)
		}
		f.closed()
	})
}

func TestFatalErrorEndsTheAttempt(t *testing.T) {
	for code, isFinal := range map[wire.Code]bool{wire.CodeAuth: true, wire.CodeSyntax: true, "busy": false} {
		t.Run(string(code), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := run(t, nil)
				f := b.accept(t)
				f.greet()
				f.send(&wire.Error{Code: code, Message: "no", Fatal: true})
				f.closed()
				if !isFinal {
					b.want(t, "disconnected 1: the server refuses: no")
					f = b.accept(t)
					f.welcome(f.greet(), nil)
					b.want(t, "framed as me")
					f.send(&wire.Error{Code: wire.CodeAuth, Message: "any more", Fatal: true})
				}
				var refused *session.RefusedError
				if err := b.end(t); !errors.As(err, &refused) {
					t.Errorf("the session ended with %v", err)
				}
			})
		})
	}
}

func TestOnceFramedNeverPlain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := run(t, nil)
		f := b.accept(t)
		f.welcome(f.greet(), nil)
		b.want(t, "framed as me")
		f.Close()
		b.want(t, "disconnected 1: the server closed the connection")
		b.send(t, "secret\n")
		for i := range 3 {
			f = b.accept(t)
			f.probed()
			if i == 0 {
				f.write("a line of an older server\n")
			}
			f.closed() // and not one byte of the message
			if got := <-b.events; !strings.HasSuffix(got, session.ErrNotFramed.Error()) {
				t.Fatalf("event %q", got)
			}
		}
		f = b.accept(t)
		f.welcome(f.greet(), nil)
		b.want(t, "framed as me, resumed")
		f.says(1, "secret")
	})
}

func TestOncePlainNeverAsksAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := run(t, nil)
		f := b.accept(t)
		f.probed()
		f.write("hi\n")
		b.want(t, "plain", "received hi\n")
		f.Close()
		b.want(t, "disconnected 1: the server closed the connection")
		f = b.accept(t)
		b.want(t, "plain")
		b.send(t, "one\n")
		if got, err := f.r.ReadString('\n'); got != "one\n" || err != nil {
			t.Errorf("the server read %q (%v)", got, err)
		}
		b.want(t, "delivered 1")
	})
}

func TestPlainNeverAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := run(t, func(cfg *session.Config) { cfg.Plain = true })
		f := b.accept(t)
		b.want(t, "plain")
		b.quiet(t, time.Minute)
		b.Finish()
		f.ended()
	})
}

func TestFramedOnlyEndsAtAPlainServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := run(t, func(cfg *session.Config) { cfg.Framed = true })
		f := b.accept(t)
		f.probed()
		f.write("hi\n")
		if err := b.end(t); !errors.Is(err, session.ErrNotFramed) {
			t.Errorf("the session ended with %v", err)
		}
	})
}

func TestConnectionThatEndsBeforeItsDialectIsKnownGetsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := run(t, nil)
		b.send(t, "kept\n")
		f := b.accept(t)
		f.probed()
		f.write("\x01") // of a greeting
		f.Close()
		b.want(t, "disconnected 1: the server closed the connection")
		f = b.accept(t)
		f.welcome(f.greet(), nil)
		b.want(t, "framed as me")
		f.says(1, "kept")
	})
}

// A server that is full, or for TLS, says nothing: to try again and again would be as
// silent.
func TestWhoIsTurnedAwayAtFirstIsToldSo(t *testing.T) {
	for name, end := range map[string]func(*net.TCPConn){
		"closed": func(c *net.TCPConn) { c.Close() },
		"reset":  func(c *net.TCPConn) { _ = c.SetLinger(0); c.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			ln := listen(t)
			c := start(t, ln, func(cfg *session.Config) { cfg.Plain, cfg.Reconnect = false, true })
			server := accept(t, ln)
			read(t, server, "\x01")
			end(server)
			if err := c.end(t); !errors.Is(err, session.ErrTurnedAway) {
				t.Errorf("the session ended with %v", err)
			}
		})
	}
}

func TestWhoIsTurnedAwayLaterTriesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := join(t, nil)
		f.Close()
		b.want(t, "disconnected 1: the server closed the connection")
		f = b.accept(t)
		f.probed()
		f.Close()
		b.want(t, "disconnected 2: the server has ended the connection without a word: the server closed the connection")
		f = b.accept(t)
		f.welcome(f.greet(), nil)
	})
}
