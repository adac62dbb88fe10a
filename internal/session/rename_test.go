package session_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"bcast/internal/session"
	"bcast/internal/wire"
)

// asks checks that the client asks for a name next.
func (f *fake) asks(name string) {
	f.t.Helper()
	if frame, ok := f.frame().(*wire.SetName); !ok || frame.Name != name {
		f.t.Fatalf("the client sent %+v, want the name %q", frame, name)
	}
}

// calls answers with the name that the client has from now on.
func (f *fake) calls(name string) {
	f.t.Helper()
	f.send(&wire.Rename{Member: wire.Member{ID: "p1", Name: name}})
}

func (f *fake) refuses() {
	f.t.Helper()
	f.send(&wire.Error{Code: wire.CodeName, Message: "no"})
}

func TestRenameIsAskedForAtOnceAndInTheNextHello(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := join(t, nil)
		b.Rename("hanako")
		f.asks("hanako")
		f.calls("hanako")
		b.want(t, "renamed hanako")
		f, hello := b.again(t, f)
		if hello.Name != "hanako" {
			t.Errorf("the next hello asks for %q", hello.Name)
		}
		f.welcome(hello, at(11))
		b.want(t, "framed as me, resumed")
		b.offer(t, "hello\n")
		f.says(1, "hello") // and nothing before it
	})
}

func TestNameInUseIsAskedForAgainAsItWas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := join(t, nil)
		b.Rename("bob")
		f.asks("bob")
		f.calls("bob-2")
		b.want(t, "renamed bob-2")
		if _, hello := b.again(t, f); hello.Name != "bob" {
			t.Errorf("the next hello asks for %q, want bob, who may have gone by then", hello.Name)
		}
	})
}

func TestRefusedNameLeavesTheOneBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := join(t, nil)
		b.Rename("a:b")
		b.offer(t, "between\n")
		b.Rename("eve")
		f.asks("a:b")
		f.says(1, "between")
		f.asks("eve")
		f.refuses()
		f.calls("eve-2")
		b.want(t, "refused 0, name", "renamed eve-2")
		b.Rename("c:d")
		f.asks("c:d")
		f.refuses()
		b.want(t, "refused 0, name")
		_, hello := b.again(t, f)
		if hello.Name != "eve" {
			t.Errorf("the next hello asks for %q, want the name that stands", hello.Name)
		}
	})
}

func TestNameIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := join(t, nil)
		b.Rename("")
		f.asks("")
		f.calls("guest-1")
		b.want(t, "renamed guest-1")
		if _, hello := b.again(t, f); hello.Name != "" {
			t.Errorf("the next hello asks for %q", hello.Name)
		}
	})
}

func TestNameThatTheRoomSetsIsAskedFor(t *testing.T) {
	for given, want := range map[string]string{"robert": "robert", "guest-1": ""} {
		synctest.Test(t, func(t *testing.T) {
			b, f := join(t, nil)
			f.send(&wire.Rename{Member: wire.Member{ID: "p2", Name: "other"}})
			f.calls(given)
			b.want(t, "renamed other", "renamed "+given)
			if _, hello := b.again(t, f); hello.Name != want {
				t.Errorf("called %s, the next hello asks for %q, want %q", given, hello.Name, want)
			}
		})
	}
}

func TestAnswerThatAGapTookIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := join(t, nil)
		b.Rename("one")
		f.asks("one")
		f.send(&wire.Gap{Missed: 7})
		b.Rename("two")
		f.asks("two")
		f.calls("two")
		b.want(t, "gap 7", "renamed two")
		if _, hello := b.again(t, f); hello.Name != "two" {
			t.Errorf("the next hello asks for %q", hello.Name)
		}
	})
}

func TestRenameStandsBetweenTheMessagesWhereItWasSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := join(t, nil)
		b.offer(t, "as me\n")
		synctest.Wait() // that is being written: the names come before there is time to ask for one
		b.Rename("one")
		b.Rename("two")
		b.offer(t, "as two\n")
		b.offer(t, "as two again\n")
		b.Rename("three")
		f.says(1, "as me")
		f.asks("two") // nothing is said as one
		f.says(2, "as two")
		f.says(3, "as two again")
		f.asks("three")
		f.calls("two")
		f.refuses()
		b.want(t, "renamed two", "refused 0, name")
		if _, hello := b.again(t, f); hello.Name != "two" {
			t.Errorf("the next hello asks for %q, want the last that was not refused", hello.Name)
		}
	})
}

func TestRenameWithoutAnAnswerIsAskedForInTheNextConnection(t *testing.T) {
	for name, change := range map[string]func(*wire.Welcome){
		"of the session":      at(11),
		"of a server forgot":  func(w *wire.Welcome) { w.Session, w.Seq = another, 11 },
		"of a server restart": func(w *wire.Welcome) { w.Session, w.Epoch, w.Seq = another, "e2", 1 },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, f := join(t, nil)
				b.offer(t, "before\n")
				b.Rename("one")
				f.says(1, "before")
				f.asks("one")
				f.Close()
				b.want(t, "disconnected 1: the server closed the connection")
				b.Rename("two")
				b.offer(t, "as two\n")
				f = b.accept(t)
				hello := f.greet()
				if hello.Name != "me" {
					t.Errorf("the hello asks for %q, want the name that was given", hello.Name)
				}
				f.welcome(hello, change)
				<-b.events // how it is connected
				f.says(1, "before")
				f.asks("two")
				f.says(2, "as two")
				f.calls("two")
				b.want(t, "renamed two")
				b.quiet(t, time.Second)
				f.Close()
				b.want(t, "disconnected 1: the server closed the connection")
				if hello := b.accept(t).greet(); hello.Name != "two" {
					t.Errorf("later it asks for %q", hello.Name)
				}
			})
		})
	}
}

func TestAnswerThatABreakCutIsAskedForOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := join(t, nil)
		b.Rename("one")
		b.offer(t, "as one\n")
		b.Rename("two")
		f.asks("one")
		f.says(1, "as one")
		f.asks("two")
		f, hello := b.again(t, f)
		f.welcome(hello, func(w *wire.Welcome) { w.Seq, w.Acked = 12, 1 })
		b.want(t, "framed as me, resumed")
		f.send(receipt(11, 1, "as one"))
		f.asks("one") // which the server may have known already
		f.asks("two")
		f, hello = next(t, b, f)
		f.welcome(hello, at(12))
		f.asks("two") // as nothing is said as one any more
	})
}

func TestNamesOfABreakTakeNoMoreThanItsMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := join(t, nil)
		f.Close()
		b.want(t, "disconnected 1: the server closed the connection")
		for i := range 1000 {
			b.Rename(fmt.Sprint("name", i))
		}
		f = b.accept(t)
		f.welcome(f.greet(), at(11))
		b.want(t, "framed as me, resumed")
		f.asks("name999")
		b.offer(t, "hello\n")
		f.says(1, "hello")
	})
}

func TestRenameIsNothingToAPlainServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := run(t, func(cfg *session.Config) { cfg.Plain = true })
		f := b.accept(t)
		b.want(t, "plain")
		b.Rename("hanako")
		b.offer(t, "hello\n")
		b.Rename("eve")
		b.Finish()
		if line, err := f.r.ReadString('\n'); line != "hello\n" || err != nil {
			t.Errorf("the server got %q (%v), want the line alone", line, err)
		}
		f.ended()
	})
}

func TestNameIsSentBeforeTheEndOfInput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := join(t, nil)
		b.Rename("hanako")
		b.Finish()
		f.asks("hanako")
		f.ended()
	})
}

func TestLongestLineOfTheRoomIsTold(t *testing.T) {
	for max, want := range map[int]int{0: wire.DefaultMaxLine, 1000: 1000} {
		synctest.Test(t, func(t *testing.T) {
			b := run(t, nil)
			told := make(chan int, 1)
			hear := func(event session.Event) {
				if event, ok := event.(session.Connected); ok {
					told <- event.MaxLine
				}
			}
			b.heard.Store(&hear)
			f := b.accept(t)
			f.welcome(f.greet(), func(w *wire.Welcome) { w.MaxLine = max })
			if got := <-told; got != want {
				t.Errorf("a welcome with %d tells %d, want %d", max, got, want)
			}
		})
	}
}

// next is bubble.again where more may have happened before the break.
func next(t *testing.T, b *bubble, f *fake) (*fake, *wire.Hello) {
	t.Helper()
	f.Close()
	for <-b.events != "disconnected 1: the server closed the connection" {
	}
	f = b.accept(t)
	return f, f.greet()
}
