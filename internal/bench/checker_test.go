package bench_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"bcast/internal/bench"
)

// A stream writes what a member receives in a run.
type stream struct {
	run  uint64
	size int
}

func (s stream) line(sender, seq uint64) []byte { return bench.Line(s.size, s.run, sender, seq, 0) }

func (s stream) lines(sender uint64, seqs ...uint64) (p []byte) {
	for _, seq := range seqs {
		p = append(p, s.line(sender, seq)...)
	}
	return p
}

// row is lines from first to before end.
func (s stream) row(sender, first, end uint64) (p []byte) {
	for seq := first; seq < end; seq++ {
		p = append(p, s.line(sender, seq)...)
	}
	return p
}

func TestCheckerCountsExactly(t *testing.T) {
	run, text := bench.NewRun()
	s := stream{run, 64}
	cat := func(parts ...[]byte) []byte { return slices.Concat(parts...) }
	a, b := s.line(0, 0), s.line(1, 0)
	for _, test := range []struct {
		name   string
		stream []byte
		want   bench.Counts
	}{
		{"nothing", nil, bench.Counts{}},
		{"one sender in order, over all digits", s.row(0, 0, 5000), bench.Counts{Got: 5000}},
		{"two senders in turns", cat(s.lines(0, 0), s.lines(1, 0), s.lines(0, 1), s.lines(1, 1)), bench.Counts{Got: 4}},
		{"a lost line", s.lines(0, 0, 1, 3, 4), bench.Counts{Got: 4, Missing: 1}},
		{"the first lines lost", s.lines(0, 10, 11), bench.Counts{Got: 2, Missing: 10}},
		{"a doubled line", s.lines(0, 0, 1, 1, 2), bench.Counts{Got: 3, Doubled: 1}},
		{"one doubled much later", s.lines(0, 0, 1, 2, 3, 0), bench.Counts{Got: 4, Doubled: 1}},
		{"two swapped", s.lines(0, 0, 2, 1, 3), bench.Counts{Got: 4, Misordered: 1}},
		{"late and then doubled", s.lines(0, 0, 2, 1, 1, 3), bench.Counts{Got: 4, Misordered: 1, Doubled: 1}},
		{"the middle of a gap comes late", s.lines(0, 0, 9, 5, 4, 6), bench.Counts{Got: 5, Misordered: 3, Missing: 5}},
		{"all in reverse", s.lines(0, 4, 3, 2, 1, 0), bench.Counts{Got: 5, Misordered: 4}},
		{"gaps of two senders", cat(s.lines(0, 1), s.lines(1, 1), s.lines(0, 0), s.lines(1, 0)), bench.Counts{Got: 4, Misordered: 2}},
		{"the member's own line", cat(s.lines(0, 0), s.lines(2, 0, 1), s.lines(0, 1)), bench.Counts{Got: 2, Echoed: 2}},
		{"others in the room", cat([]byte("hello\n\n"), a, []byte(strings.Repeat("long ", 50)+"\n"), b), bench.Counts{Got: 2, Foreign: 3}},
		{"a very long line of others", cat(a, bytes.Repeat([]byte("x"), 1<<17), []byte("\n"), b), bench.Counts{Got: 2, Foreign: 1}},
		{"a line inside another", cat(a[:40], b, a[40:], s.lines(0, 1)), bench.Counts{Got: 1, Missing: 1, Broken: 2}},
		{"heads and tails changed", cat(a[:40], b[40:], b[:40], a[40:]), bench.Counts{Broken: 2}},
		{"a tail changed in a row", cat(s.row(0, 0, 3), s.line(0, 3)[:40], b[40:], s.row(0, 4, 6)), bench.Counts{Got: 5, Missing: 1, Broken: 1}},
		{"a piece missing", cat(a[:40], s.lines(0, 1, 2)), bench.Counts{Got: 1, Missing: 2, Broken: 1}},
		{"without the run", cat(a, a[33:35], []byte("\n"), b), bench.Counts{Got: 2, Foreign: 1}},
		{"a long piece that begins with a run", cat([]byte(text), bytes.Repeat([]byte("x"), 200), []byte("\n"), a), bench.Counts{Got: 1, Broken: 1}},
		{"a sender that is none", cat(s.lines(3, 0), a), bench.Counts{Got: 1, Broken: 1}},
		{"a line that was never sent", cat(a, s.lines(0, 5000)), bench.Counts{Got: 1, Broken: 1}},
		{"a line of another run", cat(bench.Line(64, run+1, 0, 0, 0), a), bench.Counts{Got: 1, Foreign: 1}},
		{"an unfinished line", cat(a, b[:63]), bench.Counts{Got: 1}},
		{"marks", cat(s.lines(bench.Mark, 1), a, s.lines(bench.Mark, 2)), bench.Counts{Got: 1}},
	} {
		cfg := bench.Config{Senders: 3, Messages: 5000, Size: 64}
		for _, piece := range []int{1, 7, 63, 64, 65, 1000, 1 << 20} {
			got, _, _, timed := bench.Check(cfg, run, 2, test.stream, piece)
			if got != test.want {
				t.Errorf("%s, in pieces of %d: %+v, want %+v", test.name, piece, got, test.want)
			}
			if timed != got.Got {
				t.Errorf("%s, in pieces of %d: the time of %d lines was taken, of %d", test.name, piece, timed, got.Got)
			}
		}
	}
}

func TestMarksAreSeen(t *testing.T) {
	run, _ := bench.NewRun()
	s := stream{run, 40}
	for n := range uint64(3) {
		p := append(s.row(0, 0, 3), s.row(bench.Mark, 0, n+1)...)
		if _, marked, _, _ := bench.Check(bench.Config{Senders: 1, Messages: 3, Size: 40}, run, -1, p, 17); marked != n {
			t.Errorf("saw mark %d, want %d", marked, n)
		}
	}
}

func TestOrderIsWhatTheHashTells(t *testing.T) {
	run, _ := bench.NewRun()
	s := stream{run, 64}
	cfg := bench.Config{Senders: 2, Messages: 100, Size: 64}
	order := func(p []byte, piece int) uint64 {
		_, _, hash, _ := bench.Check(cfg, run, -1, p, piece)
		return hash
	}
	one := slices.Concat(s.row(0, 0, 3), s.row(1, 0, 3), s.row(0, 3, 6))
	for _, piece := range []int{1, 100, 1000} {
		if order(one, piece) != order(one, 1<<20) {
			t.Errorf("in pieces of %d the order is another", piece)
		}
	}
	with := slices.Concat(s.row(0, 0, 3), []byte("hello\n"), s.row(bench.Mark, 0, 1), s.row(1, 0, 3), s.row(0, 3, 6))
	if order(with, 100) != order(one, 100) {
		t.Error("what does not count changes the order")
	}
	if order(slices.Concat(s.row(0, 0, 3), s.row(1, 0, 3)), 100) == order(slices.Concat(s.row(1, 0, 3), s.row(0, 0, 3)), 100) {
		t.Error("the same rows of other senders: the order is the same")
	}
	for name, other := range map[string][]byte{
		"senders swapped": slices.Concat(s.row(1, 0, 3), s.row(0, 0, 3), s.row(0, 3, 6)),
		"one line later":  slices.Concat(s.row(0, 0, 2), s.row(1, 0, 3), s.row(0, 2, 6)),
		"one line late":   slices.Concat(s.lines(0, 1, 0, 2), s.row(1, 0, 3), s.row(0, 3, 6)),
	} {
		if order(one, 1000) == order(other, 1000) {
			t.Errorf("%s: the order is the same", name)
		}
	}
}

func TestCheckingAllocatesNothing(t *testing.T) {
	run, _ := bench.NewRun()
	cfg := bench.Config{Senders: 1, Messages: 1 << 20, Size: 64}
	few, many := (stream{run, 64}).row(0, 0, 100), (stream{run, 64}).row(0, 0, 10_000)
	allocs := func(p []byte) float64 {
		return testing.AllocsPerRun(5, func() { bench.Check(cfg, run, -1, p, len(p)) })
	}
	if a, b := allocs(few), allocs(many); a != b {
		t.Errorf("%v allocations for 100 lines, %v for 10,000", a, b)
	}
}
