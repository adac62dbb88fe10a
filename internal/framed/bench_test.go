package framed_test

import (
	"bytes"
	"fmt"
	"testing"

	"bcast/internal/framed"
	"bcast/internal/journal"
	"bcast/internal/room"
	"bcast/internal/wire"
)

const maxChunk = 72 << 10

// abyss is a sink that takes everything.
type abyss struct{}

func (abyss) Write(p []byte) (int, error)    { return len(p), nil }
func (abyss) TryWrite(p []byte) (int, error) { return len(p), nil }
func (abyss) Taken() uint64                  { return 0 }
func (abyss) Cut()                           {}

func newHub(t testing.TB) (*room.Room, *framed.Hub) {
	t.Helper()
	r, err := room.New(room.Config{MaxChunk: maxChunk, Backlog: room.DefaultBacklog})
	if err != nil {
		t.Fatal(err)
	}
	h, err := framed.New(framed.Config{
		Room: r, MaxChunk: maxChunk, Backlog: room.DefaultBacklog, History: 1000, Keep: journal.Keep{Lines: 1000, Bytes: 1 << 20},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r, h
}

// BenchmarkLines publishes lines of 64 bytes, 64 KiB at a time, to framed members:
// one operation is one line, and all members have it in the end.
func BenchmarkLines(b *testing.B) {
	for _, members := range []int{1, 1000} {
		b.Run(fmt.Sprintf("members=%d", members), func(b *testing.B) {
			r, h := newHub(b)
			var all []*framed.Member
			for n := range members {
				m, err := h.Enter(b.Context(), &wire.Hello{Nonce: fmt.Sprintf("nonce-nonce-%d", n)}, "", abyss{}, func() {})
				if err != nil {
					b.Fatal(err)
				}
				all = append(all, m)
			}
			line := append(bytes.Repeat([]byte("x"), 63), '\n')
			chunk := bytes.Repeat(line, 1024)
			author := framed.Guest(1)
			speaker := r.Speaker()
			b.SetBytes(64)
			b.ReportAllocs()
			b.ResetTimer()
			for left := b.N; left > 0; left -= 1024 {
				n := min(left, 1024)
				if err := speaker.Say(chunk[:n*64], room.Note{Author: author, Lines: n}); err != nil {
					b.Fatal(err)
				}
			}
			for _, m := range all {
				if err := m.Leave(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
