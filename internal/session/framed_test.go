package session_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bcast/internal/session"
	"bcast/internal/wire"
)

// join is a session that has joined a fake's room, where the next line is the
// eleventh.
func join(t *testing.T, change func(*session.Config)) (*bubble, *fake) {
	t.Helper()
	b := run(t, change)
	f := b.accept(t)
	f.welcome(f.greet(), at(11))
	b.want(t, "framed as me")
	return b, f
}

// at is a welcome with the seq of the next line.
func at(seq uint64) func(*wire.Welcome) { return func(w *wire.Welcome) { w.Seq = seq } }

// offer is one message.
func (b *bubble) offer(t *testing.T, chunk string) {
	t.Helper()
	if _, ok := b.Offer([]byte(chunk)); !ok {
		t.Fatal("the outbox is full")
	}
}

// again breaks the connection and returns the next, with its hello.
func (b *bubble) again(t *testing.T, f *fake) (*fake, *wire.Hello) {
	t.Helper()
	f.Close()
	b.want(t, "disconnected 1: the server closed the connection")
	f = b.accept(t)
	return f, f.greet()
}

func TestEverythingThatTheRoomSaysIsAnEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := join(t, nil)
		f.send(line(9, "before"), line(10, "before"), line(11, "hello"))
		b.want(t, "line 9 bob: before, history", "line 10 bob: before, history", "line 11 bob: hello")
		f.send(&wire.Line{Seq: 12, From: "p2", Name: "bob", Text: []byte("\xff"), More: true})
		f.send(&wire.Join{Member: wire.Member{ID: "p3", Name: "eve"}, Count: 3}, &wire.Unknown{Type: "later"})
		f.send(&wire.Rename{Member: wire.Member{ID: "p3", Name: "eva"}}, &wire.Leave{Member: wire.Member{ID: "p3", Name: "eva"}, Count: 2})
		f.send(&wire.Count{Count: 700}, &wire.Error{Code: wire.CodeName, Message: "no"}, &wire.Bye{Reason: wire.ByeStopping})
		b.want(t, "line 12 bob: \xff, more", "joined eve, 3", "renamed eva", "left eva, 2", "count 700", "refused 0, name")
		b.quiet(t, time.Second)
		if _, hello := b.again(t, f); hello.Name != "" {
			t.Errorf("it asks again for the name %q, which was refused", hello.Name)
		}
	})
}

func TestFramesArriveInAnyPieces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := join(t, nil)
		var all []byte
		for seq := uint64(11); seq < 14; seq++ {
			all = line(seq, strings.Repeat("x", 10)).Append(all)
		}
		for _, c := range all {
			f.write(string(c))
		}
		for seq := 11; seq < 14; seq++ {
			b.want(t, fmt.Sprintf("line %d bob: xxxxxxxxxx", seq))
		}
	})
}

func TestFramesAreGivenAsTheyCame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := run(t, func(cfg *session.Config) { cfg.Frames = true })
		f := b.accept(t)
		f.welcome(f.greet(), nil)
		if got := <-b.events; !strings.HasPrefix(got, `frame {"type":"welcome"`) || strings.Contains(got, secret.Secret()) {
			t.Errorf("event %s, want the welcome without its secret", got)
		}
		b.want(t, "framed as me")
		const later = `{"type":"line", "seq":1,"from":"p2","name":"bob","at":"2025-07-01T12:00:00.000Z","text":"hi","later":[]}`
		f.write(later + "\n")
		f.write(later + "\n") // once more
		f.send(&wire.Pong{ID: "1"})
		f.write(`{"type":"later"}` + "\n")
		b.want(t, "frame "+later, "line 1 bob: hi", `frame {"type":"later"}`)
	})
}

func TestMessagesGetReceipts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := join(t, nil)
		b.offer(t, "one\ntwo\n") // one message
		f.says(1, "one\ntwo")
		b.send(t, "three\nfour\n") // two
		f.says(2, "three")
		f.says(3, "four")
		if b.Pending() != 3 {
			t.Errorf("%d messages pending, want 3", b.Pending())
		}
		f.send(line(11, "between"), receipt(12, 1, "one\ntwo"), receipt(13, 2, "three"))
		b.want(t, "line 11 bob: between", "delivered 1 by line 12", "line 12 me: one\ntwo, own", "line 13 me: three, own")
		b.quiet(t, time.Second) // half a chunk
		if b.Pending() != 1 {
			t.Errorf("%d messages pending, want 1", b.Pending())
		}
		other := line(14, "not mine")
		other.Ref = 3
		f.send(other, receipt(15, 3, "four"))
		b.want(t, "line 14 bob: not mine", "delivered 2 by line 15", "line 15 me: four, own")
		if b.Pending() != 0 {
			t.Errorf("%d messages pending, want 0", b.Pending())
		}
	})
}

func TestReceiptsMakeRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := join(t, func(cfg *session.Config) { cfg.MaxPending = 2 })
		large := strings.Repeat("\n", 60_000) // 200 of them are more bytes than may wait
		for i := range uint64(200) {
			b.offer(t, large)
			b.offer(t, "small\n")
			if _, ok := b.Offer([]byte("one more\n")); ok {
				t.Fatal("a full outbox took what was offered")
			}
			f.says(2*i+1, large[1:])
			f.says(2*i+2, "small")
			f.send(receipt(11+2*i, 2*i+1, "large"), receipt(12+2*i, 2*i+2, "small"))
			synctest.Wait()
		}
		if b.Pending() != 0 {
			t.Errorf("%d messages pending", b.Pending())
		}
	})
}

func TestMessagesAreCutToTheRoomsLines(t *testing.T) {
	type said struct {
		text string
		more bool
	}
	for name, test := range map[string]struct {
		send, offer string
		want        []said
	}{
		"a line that fits":      {send: "1234567\n", want: []said{{"1234567", false}}},
		"a line that does not":  {send: "12345678\n", want: []said{{"12345678", true}, {"", false}}},
		"a long line":           {send: "1234567890123456\nx\n", want: []said{{"12345678", true}, {"90123456", true}, {"", false}, {"x", false}}},
		"characters":            {send: "ééééé\n", want: []said{{"éééé", true}, {"é", false}}},
		"a character over it":   {send: "1234567é\n", want: []said{{"1234567", true}, {"é", false}}},
		"no characters":         {send: strings.Repeat("\xa9", 9) + "\n", want: []said{{strings.Repeat("\xa9", 8), true}, {"\xa9", false}}},
		"a rest":                {send: "a\nb", want: []said{{"a", false}, {"b", true}}},
		"empty lines":           {send: "\n\n", want: []said{{"", false}, {"", false}}},
		"lines in one message":  {offer: "1\n2\n3\n4\n", want: []said{{"1\n2\n3\n4", false}}},
		"too many of them":      {offer: "1\n2\n3\n4\n5\n", want: []said{{"1\n2\n3\n4", false}, {"5", false}}},
		"a long one in one":     {offer: "12\n1234567890\n", want: []said{{"12", false}, {"12345678", true}, {"90", false}}},
		"a message without end": {offer: "1\n2", want: []said{{"1\n2", true}}},
		"bytes of every kind":   {send: "\x00\xff\r\n", want: []said{{"\x00\xff\r", false}}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := run(t, nil)
				f := b.accept(t)
				f.maxLine = 8
				f.welcome(f.greet(), func(w *wire.Welcome) { w.MaxLine = 8 })
				if test.offer != "" {
					b.offer(t, test.offer)
				} else {
					b.send(t, test.send)
				}
				var got []said
				for range test.want {
					say := f.frame().(*wire.Say)
					got = append(got, said{string(say.Text), say.More})
				}
				if !slices.Equal(got, test.want) {
					t.Errorf("it says %v, want %v", got, test.want)
				}
				f.send(receipt(1, uint64(len(test.want)), "all"))
				b.want(t, "framed as me", "delivered 1 by line 1", "line 1 me: all, own")
				if b.Pending() != 0 {
					t.Errorf("%d messages pending", b.Pending())
				}
			})
		})
	}
}

func TestResumeGoesOnWhereItBroke(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := join(t, nil)
		b.send(t, "1\n2\n3\n")
		b.send(t, "4\n")
		for ref := range 4 {
			f.says(uint64(ref+1), fmt.Sprint(ref+1))
		}
		f.send(receipt(11, 1, "1"), line(12, "hello"))
		b.want(t, "line 11 me: 1, own", "line 12 bob: hello")
		f, hello := b.again(t, f)
		if r := hello.Resume; r == nil || r.Session != secret || r.Epoch != "e1" || r.Seq != 12 {
			t.Fatalf("it resumes %+v", r)
		}
		f.welcome(hello, func(w *wire.Welcome) { w.Seq, w.Acked = 15, 2 })
		b.want(t, "framed as me, resumed")
		f.says(3, "3") // and not the second, which the room has
		f.says(4, "4")
		f.send(line(12, "hello"), line(13, "meanwhile"), receipt(14, 2, "2"), receipt(15, 3, "3"), receipt(16, 4, "4"))
		b.want(t, "line 13 bob: meanwhile", "line 14 me: 2, own", "delivered 1 by line 15", "line 15 me: 3, own",
			"delivered 2 by line 16", "line 16 me: 4, own")
	})
}

func TestResumeBeforeAnyLineAsksForWhatIsNew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := join(t, nil)
		f, hello := b.again(t, f)
		if hello.Resume.Seq != 10 {
			t.Errorf("it resumes behind %d, want 10", hello.Resume.Seq)
		}
		f.welcome(hello, at(12))
		f.send(line(10, "old"), line(11, "hello"))
		b.want(t, "framed as me, resumed", "line 11 bob: hello")
	})
}

func TestLinesAreTheHandlersToKeep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := join(t, nil)
		var kept []session.Line
		heard := func(event session.Event) {
			if line, ok := event.(session.Line); ok {
				kept = append(kept, line)
			}
		}
		b.heard.Store(&heard)
		for seq := uint64(11); seq < 21; seq++ {
			f.send(line(seq, fmt.Sprint(seq)))
		}
		synctest.Wait()
		for i, line := range kept {
			if string(line.Text) != fmt.Sprint(11+i) {
				t.Errorf("line %d has become %q", 11+i, line.Text)
			}
		}
		if len(kept) != 10 {
			t.Errorf("%d lines, want 10", len(kept))
		}
	})
}

func TestRefusedEndOfAChunkIsLostAlone(t *testing.T) {
	for name, first := range map[string]bool{"with a receipt before it": true, "with what is known to have come": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, f := join(t, nil)
				b.send(t, "1\n2\n")
				b.send(t, "three\n")
				f.says(1, "1")
				f.says(2, "2")
				f.says(3, "three")
				if first {
					f.send(receipt(11, 1, "1"))
					b.want(t, "line 11 me: 1, own")
				}
				f.send(&wire.Error{Code: "rude", Message: "no", Ref: 2})
				b.want(t, "refused 1, rude")
				f = b.accept(t)
				f.welcome(f.greet(), func(w *wire.Welcome) { w.Seq, w.Acked = 12, 1 })
				f.says(2, "three")
				b.want(t, "framed as me, resumed")
				if !first {
					f.send(receipt(11, 1, "1"))
					b.want(t, "line 11 me: 1, own")
				}
				f.send(receipt(12, 2, "three"))
				b.want(t, "delivered 2 by line 12", "line 12 me: three, own")
				if b.Pending() != 0 {
					t.Errorf("%d messages pending", b.Pending())
				}
			})
		})
	}
}

func TestNothingIsSentBetweenARefusalAndTheNextWelcome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := join(t, nil)
		heard := func(event session.Event) {
			if _, ok := event.(session.Refused); ok {
				b.offer(t, "2\n")
				time.Sleep(time.Second) // in the bubble: Run waits for its handler
			}
		}
		b.heard.Store(&heard)
		b.offer(t, "1\n")
		f.says(1, "1")
		f.send(&wire.Error{Code: "rude", Message: "no", Ref: 1})
		f.ended()
		f = b.accept(t)
		f.welcome(f.greet(), at(11))
		f.says(1, "2")
	})
}

func TestHistoryThatABreakCutGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := join(t, nil)
		f.send(line(8, "old"))
		b.want(t, "line 8 bob: old, history")
		f, hello := b.again(t, f)
		if hello.Resume.Seq != 8 {
			t.Errorf("it resumes behind %d, want 8", hello.Resume.Seq)
		}
		f.welcome(hello, at(12))
		f.send(line(9, "old"), line(10, "old"), line(11, "new"))
		b.want(t, "framed as me, resumed", "line 9 bob: old, history", "line 10 bob: old, history", "line 11 bob: new")
	})
}

func TestWhatIsMissedIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := join(t, nil)
		b.offer(t, "mine\n")
		f.says(1, "mine")
		f.send(line(11, "hello"))
		b.want(t, "line 11 bob: hello")
		f, hello := b.again(t, f)
		f.welcome(hello, func(w *wire.Welcome) { w.Seq, w.Acked, w.Missed = 21, 1, 5 })
		b.want(t, "framed as me, resumed, missed 5")
		f.send(line(17, "behind them"), &wire.Gap{Missed: 3})
		b.want(t, "line 17 bob: behind them", "gap 3", "delivered 1") // its line is among the missed ones
		f.send(line(21, "new"))
		b.want(t, "line 21 bob: new")
		b.offer(t, "next\n")
		f.says(2, "next")
	})
}

func TestJumpThatNothingExplainsBreaksTheConnection(t *testing.T) {
	for name, send := range map[string]func(*fake){
		"on joining":      func(f *fake) { f.send(line(12, "jump")) },
		"after history":   func(f *fake) { f.send(line(5, "old"), line(7, "jump")) },
		"after a line":    func(f *fake) { f.send(line(11, "hello"), line(13, "jump")) },
		"after a gap":     func(f *fake) { f.send(&wire.Gap{Missed: 2}, line(14, "jump")) },
		"a second hello":  func(f *fake) { f.welcome(&wire.Hello{Nonce: "0123456789abcdef"}, nil) },
		"no frame":        func(f *fake) { f.write("hello\n") },
		"an endless line": func(f *fake) { _, _ = f.Write([]byte(strings.Repeat("x", wire.MaxFrame(wire.DefaultMaxLine)+1))) },
		"a lost count":    func(f *fake) { f.send(&wire.Error{Code: wire.CodeRef, Ref: 1, Message: "no"}) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, f := join(t, nil)
				send(f)
				for broken := false; !broken; {
					got := <-b.events
					if strings.Contains(got, "jump") {
						t.Fatalf("event %q", got)
					}
					broken = strings.HasPrefix(got, "disconnected 1: the server breaks the protocol: ")
				}
				f.closed()
				f = b.accept(t)
				if f.greet().Resume == nil {
					t.Error("it does not resume")
				}
			})
		})
	}
}

func TestWelcomeThatGoesBackIsNotBelieved(t *testing.T) {
	for name, change := range map[string]func(*wire.Welcome){
		"lines that have come":       at(11),
		"messages that it never got": func(w *wire.Welcome) { w.Seq, w.Acked, w.Missed = 14, 2, 1 },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, f := join(t, nil)
				b.offer(t, "one\n")
				f.says(1, "one")
				f.send(line(11, "hello"))
				b.want(t, "line 11 bob: hello")
				f, hello := b.again(t, f)
				f.welcome(hello, change)
				if got := <-b.events; !strings.HasPrefix(got, "disconnected 2: the server breaks the protocol: ") {
					t.Fatalf("event %q", got)
				}
				f = b.accept(t)
				hello = f.greet()
				if hello.Resume.Seq != 11 {
					t.Errorf("it resumes behind %d, want 11", hello.Resume.Seq)
				}
				f.welcome(hello, func(w *wire.Welcome) { w.Seq, w.Acked = 12, 0 })
				b.want(t, "framed as me, resumed")
				f.says(1, "one")
			})
		})
	}
}

func TestServerThatStartedAnewGetsMessagesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := join(t, nil)
		b.send(t, "1\n2\n3\n")
		f.says(1, "1")
		f.says(2, "2")
		f.says(3, "3")
		f.send(receipt(11, 1, "1"))
		b.want(t, "line 11 me: 1, own")
		f, hello := b.again(t, f)
		b.offer(t, "4\n")
		f.welcome(hello, func(w *wire.Welcome) { w.Session, w.Epoch, w.Seq = another, "e2", 3 })
		b.want(t, "framed as me, restarted, repeated 2")
		f.says(1, "2")
		f.says(2, "3")
		f.says(3, "4")
		f.send(line(2, "meanwhile"), receipt(3, 1, "2"), receipt(4, 2, "3"), receipt(5, 3, "4"))
		b.want(t, "line 2 bob: meanwhile, history", "line 3 me: 2, own", "delivered 1 by line 4", "line 4 me: 3, own",
			"delivered 2 by line 5", "line 5 me: 4, own")
		_, hello = b.again(t, f)
		if r := hello.Resume; r.Session != another || r.Epoch != "e2" || r.Seq != 5 {
			t.Errorf("it resumes %+v", r)
		}
	})
}

func TestServerThatForgotTheSessionGoesOnWithItsLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := join(t, nil)
		b.offer(t, "one\n")
		f.says(1, "one")
		f.send(line(11, "hello"))
		b.want(t, "line 11 bob: hello")
		f, hello := b.again(t, f)
		f.welcome(hello, func(w *wire.Welcome) {
			w.Session, w.You.ID, w.Seq, w.Missed = another, "p8", 14, 1
		})
		b.want(t, "framed as me, missed 1, restarted, repeated 1")
		f.says(1, "one")
		again := receipt(14, 1, "one")
		again.From = "p8"
		f.send(receipt(13, 1, "one"), again) // of who it was before, and of who it is
		b.want(t, "line 13 me: one, own", "delivered 1 by line 14", "line 14 me: one, own")
	})
}

func TestLineThatARestartCutIsSentAgainWhole(t *testing.T) {
	for _, test := range []struct {
		whole bool
		want  string
	}{{false, "123456"}, {true, "a\n123456"}} {
		synctest.Test(t, func(t *testing.T) {
			b := run(t, nil)
			f := b.accept(t)
			small := func(w *wire.Welcome) { w.MaxLine = 4 }
			f.welcome(f.greet(), small)
			b.want(t, "framed as me")
			if test.whole {
				b.offer(t, "a\n123456\n")
			} else {
				b.send(t, "a\n123456\n")
			}
			f.says(1, "a")
			if say := f.frame().(*wire.Say); string(say.Text) != "1234" || !say.More {
				t.Fatalf("it says %q", say.Text)
			}
			f.send(receipt(1, 1, "a"), receipt(2, 2, "1234"))
			b.want(t, "line 1 me: a, own", "line 2 me: 1234, own")
			f, hello := b.again(t, f)
			f.welcome(hello, func(w *wire.Welcome) { w.Session, w.Epoch = another, "e2" })
			f.says(1, test.want)
		})
	}
}

func TestRefusedMessageIsLostAndNoOther(t *testing.T) {
	for name, counts := range map[string]bool{"a server that does not count it": false, "one that does": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, f := join(t, nil)
				b.send(t, "1\n")
				b.send(t, "2\n")
				b.send(t, "3\n4\n")
				for ref := range 4 {
					f.says(uint64(ref+1), fmt.Sprint(ref+1))
				}
				f.send(receipt(11, 1, "1"), &wire.Error{Code: "rude", Message: "no", Ref: 2})
				b.want(t, "delivered 1 by line 11", "line 11 me: 1, own", "refused 2, rude")
				f = b.accept(t)
				hello := f.greet()
				if counts {
					f.welcome(hello, func(w *wire.Welcome) { w.Seq, w.Acked = 12, 2 })
					f.says(3, "3")
					f.says(4, "4")
					f.send(receipt(12, 3, "3"), receipt(13, 4, "4"))
				} else {
					f.welcome(hello, func(w *wire.Welcome) { w.Seq, w.Acked = 12, 1 })
					f.says(2, "3")
					f.says(3, "4")
					f.send(receipt(12, 2, "3"), receipt(13, 3, "4"))
				}
				b.want(t, "framed as me, resumed", "line 12 me: 3, own", "delivered 3 by line 13", "line 13 me: 4, own")
				if b.Pending() != 0 {
					t.Errorf("%d messages pending", b.Pending())
				}
			})
		})
	}
}

func TestFinishWaitsForReceipts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := join(t, func(cfg *session.Config) { cfg.Reconnect, cfg.Patience = false, time.Minute })
		b.send(t, "1\n")
		b.send(t, "2\n")
		b.Finish()
		f.says(1, "1")
		f.says(2, "2")
		f.send(receipt(11, 1, "1"))
		b.want(t, "delivered 1 by line 11", "line 11 me: 1, own")
		b.quiet(t, 4*time.Second)
		f, hello := b.again(t, f)
		f.welcome(hello, func(w *wire.Welcome) { w.Seq, w.Acked = 12, 1 })
		b.want(t, "framed as me, resumed")
		f.says(2, "2")
		f.send(receipt(12, 2, "2"))
		b.want(t, "delivered 2 by line 12", "line 12 me: 2, own")
		f.ended()
		f.send(line(13, "and more"), &wire.Bye{Reason: wire.ByeEnd})
		b.want(t, "line 13 bob: and more")
		f.Close()
		if err := b.end(t); err != nil {
			t.Errorf("the session ended with %v", err)
		}
	})
}

func TestFinishedFramedSessionEndsWhenTheServerIsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := join(t, nil)
		b.Finish()
		f.ended()
		begin := time.Now()
		for seq := uint64(11); seq < 20; seq++ { // a server that talks on is not silent
			time.Sleep(4 * time.Second) // in the bubble: less than the silence that is an end
			f.send(line(seq, "more"))
		}
		if err := b.end(t); err != nil || time.Since(begin) != 9*4*time.Second+session.DefaultSilence {
			t.Errorf("the session ended with %v after %v", err, time.Since(begin))
		}
	})
}

// swallow reads all that the client sends.
func (f *fake) swallow() { _, _ = io.Copy(io.Discard, f.r) }

func TestDeadLinkIsNoticed(t *testing.T) {
	for name, test := range map[string]struct{ quiet, stalled bool }{
		"a screen":                        {},
		"a pipe that waits for a receipt": {quiet: true},
		"a screen that cannot write":      {stalled: true},
		"a pipe that cannot write":        {quiet: true, stalled: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, f := join(t, func(cfg *session.Config) { cfg.Quiet = test.quiet })
				b.offer(t, "hello\n")
				if !test.stalled {
					go f.swallow() // and say nothing
				}
				begin := time.Now()
				b.want(t, "disconnected 1: "+session.ErrDead.Error())
				if took := time.Since(begin); took < 15*time.Second || took > 25*time.Second {
					t.Errorf("it was noticed after %v", took)
				}
				f = b.accept(t)
				f.welcome(f.greet(), at(11))
				b.want(t, "framed as me, resumed")
			})
		})
	}
}

func TestAnyByteIsASignOfLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := join(t, func(cfg *session.Config) { cfg.Quiet = false })
		go f.swallow()
		for seq := uint64(11); seq < 30; seq++ {
			b.quiet(t, 14*time.Second)
			f.send(line(seq, "no pong"))
			b.want(t, fmt.Sprintf("line %d bob: no pong", seq))
		}
	})
}

func TestWritingThatGoesOnIsASignOfLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := join(t, nil)
		long := strings.Repeat("x", 60_000)
		b.send(t, strings.Repeat(long+"\n", 20))
		for ref := range uint64(20) {
			b.quiet(t, 4*time.Second)
			for {
				say, ok := f.frame().(*wire.Say)
				if !ok {
					continue // a ping, which stays without an answer
				}
				if say.Ref != ref+1 {
					t.Fatalf("message %d, want %d", say.Ref, ref+1)
				}
				break
			}
		}
	})
}

func TestRoundTripIsMeasured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := join(t, func(cfg *session.Config) { cfg.Quiet = false })
		begin := time.Now()
		for i := range 5 {
			ping := f.frame().(*wire.Ping)
			if since := time.Since(begin); since != time.Duration(i)*5*time.Second {
				t.Errorf("ping %d after %v", i, since)
			}
			time.Sleep(70 * time.Millisecond) // in the bubble: the round trip
			f.send(&wire.Pong{ID: "of somebody else"})
			time.Sleep(time.Second) // the rest of it
			f.send(&wire.Pong{ID: ping.ID})
			b.want(t, "round trip 1.07s")
		}
	})
}

func TestQuietSessionPingsOnlyForAReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := join(t, nil)
		frames := make(chan wire.ClientFrame, 10)
		go func() {
			for {
				raw, err := f.r.ReadBytes('\n')
				if err != nil {
					return
				}
				frame, _ := wire.DecodeClient(raw, wire.DefaultMaxLine)
				frames <- frame
			}
		}()
		b.quiet(t, 59*time.Second)
		select {
		case frame := <-frames:
			t.Fatalf("it sends %+v", frame)
		default:
		}
		time.Sleep(2 * time.Second)         // in the bubble: until the minute is over
		ping, ok := (<-frames).(*wire.Ping) // nothing has come for a minute
		if !ok {
			t.Fatal("it does not look after an idle link")
		}
		f.send(&wire.Pong{ID: ping.ID})
		b.quiet(t, 59*time.Second)
	})
}

func TestSessionWithoutReconnectTriesForItsPatience(t *testing.T) {
	const patience = 30 * time.Second
	for name, test := range map[string]struct {
		attempt func(*fake)
		want    error
	}{
		"nobody there":                {want: errRefused},
		"a server that only greets":   {attempt: func(f *fake) { f.greet(); f.Close() }, want: session.ErrServerClosed},
		"a server that only welcomes": {attempt: func(f *fake) { f.welcome(f.greet(), at(11)); f.Close() }, want: session.ErrServerClosed},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, f := join(t, func(cfg *session.Config) { cfg.Reconnect, cfg.Patience = false, patience })
				time.Sleep(50 * time.Second) // in the bubble: a good connection
				begin := time.Now()
				f.Close()
				var err error
				for ended := false; !ended; {
					if test.attempt == nil {
						select {
						case b.refuse <- errRefused:
						case err = <-b.ended:
							ended = true
						}
						continue
					}
					select {
					case conn := <-b.dialled:
						test.attempt(b.fake(t, conn))
					case err = <-b.ended:
						ended = true
					}
				}
				if took := time.Since(begin); !errors.Is(err, test.want) || took > patience || took < patience/2 {
					t.Errorf("the session ended with %v after %v, want %v after about %v", err, took, test.want, patience)
				}
			})
		})
	}
}

var errRefused = errors.New("connection refused")

func TestSessionWithoutReconnectGoesOnWhileLinesCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := join(t, func(cfg *session.Config) { cfg.Reconnect, cfg.Patience = false, 30*time.Second })
		for seq := uint64(11); seq < 61; seq++ {
			f.send(line(seq, "x"))
			b.want(t, fmt.Sprintf("line %d bob: x", seq))
			var hello *wire.Hello
			f, hello = b.again(t, f)
			f.welcome(hello, at(seq+1))
			b.want(t, "framed as me, resumed")
		}
	})
}

func TestFirstWaitIsAboutWhatItIsSetTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const first = 5 * time.Millisecond
		b, f := join(t, func(cfg *session.Config) { cfg.FirstWait = first })
		f.Close()
		b.want(t, "disconnected 1: the server closed the connection")
		begin := time.Now()
		for attempt := range 100 {
			b.refuse <- errRefused
			b.want(t, fmt.Sprintf("disconnected %d: cannot connect to : connection refused", attempt+2))
			if took := time.Since(begin); attempt == 0 && (took < first/2 || took > 3*first/2) {
				t.Errorf("the first attempt came after %v", took)
			}
		}
		if took := time.Since(begin); took < 10*first || took > 100*75*first {
			t.Errorf("100 attempts took %v", took)
		}
	})
}

func TestStoppedSessionEndsAtOnce(t *testing.T) {
	for name, until := range map[string]func(*bubble, *fake){
		"while it asks":   func(_ *bubble, f *fake) { f.probed() },
		"after the hello": func(_ *bubble, f *fake) { f.greet() },
		"in the room":     func(b *bubble, f *fake) { f.welcome(f.greet(), nil); b.want(f.t, "framed as me") },
		"with messages that nobody reads": func(b *bubble, f *fake) {
			f.welcome(f.greet(), nil)
			b.want(f.t, "framed as me")
			b.send(f.t, strings.Repeat("x\n", 900))
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := run(t, nil)
				until(b, b.accept(t))
				begin := time.Now()
				b.stop()
				if err := b.end(t); !errors.Is(err, context.Canceled) || time.Since(begin) > 0 {
					t.Errorf("the session ended with %v after %v", err, time.Since(begin))
				}
			})
		})
	}
}
