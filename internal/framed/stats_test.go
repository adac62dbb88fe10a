package framed_test

import (
	"strings"
	"testing"

	"bcast/internal/framed"
	"bcast/internal/room"
	"bcast/internal/wire"
)

// TestFiguresOfTheLogOfFramesOutliveIt has framed members come and go: the log is there while there
// are some, and what has been counted never gets less. Lines count once: not again as the history with
// which it begins.
func TestFiguresOfTheLogOfFramesOutliveIt(t *testing.T) {
	r, h := newHub(t)
	speaker, author := r.Speaker(), framed.Guest(1)
	var before framed.Stats
	for n := range 3 {
		m, err := h.Enter(t.Context(), &wire.Hello{Nonce: "nonce-nonce-1"}, "", abyss{}, func() {})
		if err != nil {
			t.Fatal(err)
		}
		if s := h.Stats(); s.Members != 1 || s.Sessions != n+1 || s.Log.Members != 1 {
			t.Errorf("while one is there, stats are %+v", s)
		}
		if err := speaker.Say([]byte(strings.Repeat("hi\n", 10)), room.Note{Author: author, Lines: 10}); err != nil {
			t.Fatal(err)
		}
		if err := m.Leave(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, want := m.Delivered(), uint64(10*(n+1)); got != want { // with those before, of the history
			t.Errorf("%d lines delivered, want %d", got, want)
		}
		s := h.Stats()
		if s.Members != 0 || s.Behind != 0 || s.Log.Published <= before.Log.Published || s.Log.Lines != before.Log.Lines+10 {
			t.Errorf("stats are %+v, and were %+v", s, before)
		}
		before = s
	}
}
