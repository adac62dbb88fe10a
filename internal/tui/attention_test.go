package tui

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestWordsAreFoundWholeAndWhateverTheirCase(t *testing.T) {
	for _, test := range []struct {
		word string
		yes  []string
		no   []string
	}{
		{
			"bob",
			[]string{"bob", "BOB: hi", "hi @bob!", "bobby, bob", "bobさん", "(bob)", "bob-2", "é bob", "ｘ bob"},
			[]string{"", "bo", "bobby", "abob", "bob_2", "bob2", "ébob", "bobé", "bobе", "bob\u0301", "2bob"},
		},
		{"guest-5", []string{"guest-5: hi"}, []string{"guest-55", "guest-", "guest 5"}},
		{"花子", []string{"花子さん", "私は花子です", "花子"}, []string{"花", "子花"}},
		{"ひかり", []string{"きょうひかりが", "ひかりー"}, []string{"ヒカリ"}},
		{"민수", []string{"민수야"}, []string{"민"}},
		{"สมชาย", []string{"คุณสมชายครับ"}, nil},
		{"bob花", []string{"私bob花子"}, []string{"xbob花"}},
		{"Straße", []string{"STRAßE", "straße"}, []string{"straßen"}},
		{"ÉVA", []string{"éva", "Éva?"}, []string{"évan"}},
		{"Ωmega", []string{"ωMEGA"}, []string{"mega", "x"}},
		{"ǆ", []string{"ǅ", "Ǆ"}, []string{"ǉ"}},
		{"ſam", []string{"Sam", "SAM"}, []string{"same"}},
		{"c++", []string{"C++", "c++11"}, []string{"c+"}},
		{"→", []string{"a→b"}, []string{"a"}},
		{"deploy finished", []string{"Deploy Finished."}, []string{"deploy  finished"}},
		{"aa", []string{"aaa aa"}, []string{"aaa"}},
		{"ああ", []string{"あああ"}, nil},
	} {
		for name, a := range map[string]*attention{"name": {}, "word": {words: []watchword{newWatchword(test.word)}}} {
			own := map[string]string{"name": test.word, "word": "nobody"}[name]
			for _, text := range test.yes {
				if !a.isFor(own, text) {
					t.Errorf("%s %q is not found in %q", name, test.word, text)
				}
			}
			for _, text := range test.no {
				if a.isFor(own, text) {
					t.Errorf("%s %q is found in %q", name, test.word, text)
				}
			}
		}
	}
}

func TestNobodysNameIsNowhere(t *testing.T) {
	a := attention{words: []watchword{newWatchword("")}}
	if a.isFor("", "") || a.isFor("", "hello") {
		t.Error("an empty word is found")
	}
}

func FuzzAttention(f *testing.F) {
	f.Add("Bob", "hi bOB")
	f.Add("花", "花子")
	f.Add("K", "\u212a")
	f.Add("\u017f", "s")
	f.Fuzz(func(t *testing.T, word, text string) {
		word, text = strings.ToValidUTF8(word, ""), strings.ToValidUTF8(text, "")
		a := attention{}
		found := a.isFor(word, text)
		if found && len(word) < 100 && !strings.Contains(string(appendCaseless(nil, text)), string(appendCaseless(nil, word))) {
			t.Errorf("%q is found in %q", word, text)
		}
		if word != "" && !a.isFor(word, "( "+word+" )") {
			t.Errorf("%q is not found in itself", word)
		}
	})
}

// A bell notes what a person is called for.
type bell struct {
	rings   int
	notices []string
}

func (b *bell) Bell()              { b.rings++ }
func (b *bell) Notify(text string) { b.notices = append(b.notices, text) }

// attended is a framed screen whose person is called by the bell that is returned. It is to
// be called in a bubble, and to be looked at after synctest.Wait.
func attended(t *testing.T, cfg Config) (*screen, *bell) {
	t.Helper()
	s := newFramed(t, 100, 24, "bob")
	cfg.Name = "alice"
	rang := new(bell)
	end := s.board.serve(cfg, func(string) {}, rang)
	t.Cleanup(func() {
		if err := end(); err != nil {
			t.Error(err)
		}
	})
	return s, rang
}

func TestWhatIsMeantForThisSideIsMarkedAndRings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, rang := attended(t, Config{Highlight: []string{"deploy", "障害"}, Notify: true})
		for i, said := range []string{"hi ALICE", "Deploy is done", "x\nfor alice", "本番障害です"} {
			s.happen(s.line(uint64(i+1), "bob", said))
			synctest.Wait()
			s.later(time.Second)
		}
		if want := "[bob: hi ALICE bob: Deploy is done for alice bob: 本番障害です]"; fmt.Sprint(rang.notices) != want || rang.rings != 4 {
			t.Errorf("it rang %d times, for %v, want %v", rang.rings, rang.notices, want)
		}
		if n := strings.Count(strings.Join(s.rows(), "\n"), "← mention"); n != 4 {
			t.Errorf("%d rows are marked:\n%s", n, s.View())
		}
	})
}

func TestNothingElseRings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, rang := attended(t, Config{Highlight: []string{"bob"}, Notify: true})
		s.happen(s.past(1, "bob", "alice"), *s.own(2, "alice and bob"), s.line(3, "bob", "not for anybody"), join("x", "alice-x", 3))
		s.enterText("/ignore eve")
		s.happen(s.line(4, "eve", "alice!"))
		synctest.Wait()
		if rang.rings > 0 {
			t.Errorf("it rang %d times for %v", rang.rings, rang.notices)
		}
		s.wantNot("← mention")
	})
}

func TestBellRingsOnceASecondAtMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, rang := attended(t, Config{})
		for i := range 100 { // ten seconds
			s.happen(s.line(uint64(i+1), "bob", "alice"))
			synctest.Wait()
			s.later(100 * time.Millisecond)
		}
		if rang.rings != 10 || len(rang.notices) > 0 {
			t.Errorf("it rang %d times, and notified %d times", rang.rings, len(rang.notices))
		}
		s.later(-time.Hour) // somebody sets the clock
		s.happen(s.line(101, "bob", "alice"))
		synctest.Wait()
		if rang.rings != 11 {
			t.Error("it rings no more once the clock was set back")
		}
	})
}

// A stuck bell is a terminal that takes nothing.
type stuckBell struct{ free chan struct{} }

func (b stuckBell) Bell()         { <-b.free }
func (b stuckBell) Notify(string) {}

func TestTerminalThatTakesNothingHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newFramed(t, 100, 24, "bob")
		stuck := stuckBell{make(chan struct{})}
		end := s.board.serve(Config{Name: "alice"}, nil, stuck)
		for i := range 10 {
			s.happen(s.line(uint64(i+1), "bob", fmt.Sprint("alice ", i)))
			s.later(time.Minute)
		}
		s.want("alice 9")
		close(stuck.free)
		if err := end(); err != nil {
			t.Error(err)
		}
	})
}

func TestNameChangesWhatIsMeantForThisSide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, rang := attended(t, Config{})
		s.happen(rename("p1", "hanako", "alice"), s.line(1, "bob", "alice?"), s.line(2, "bob", "hanako!"))
		synctest.Wait()
		if rang.rings != 1 {
			t.Errorf("it rang %d times", rang.rings)
		}
	})
}

func TestContract12_NotificationIsTextOnly(t *testing.T) {
	for name, attack := range attacks {
		synctest.Test(t, func(t *testing.T) {
			s, rang := attended(t, Config{Notify: true, Highlight: []string{"evil", "x"}})
			s.happen(s.line(1, attack, "alice "+attack))
			synctest.Wait()
			if len(rang.notices) != 1 {
				t.Fatalf("%s: %d notifications", name, len(rang.notices))
			}
			wantClean(t, name, rang.notices[0])
		})
	}
}
