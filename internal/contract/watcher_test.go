package contract_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"bcast/internal/contract"
)

const senders, lines = 4, 20

// conversation returns a script and its lines in one of the orders that are right.
// It begins with line 0 of each sender in turn; all of these are long.
func conversation(seed uint64) (*contract.Script, [][]byte) {
	for ; ; seed++ {
		script := contract.New(seed, senders, lines)
		src := rand.New(rand.NewPCG(seed, 0))
		next := make([]int, senders)
		var said [][]byte
		for len(said) < senders*lines {
			sender := len(said)
			if sender >= senders {
				sender = src.IntN(senders)
			}
			if next[sender] < lines {
				said = append(said, script.AppendLine(nil, sender, next[sender]))
				next[sender]++
			}
		}
		if !slices.ContainsFunc(said[:senders], func(line []byte) bool { return len(line) < 100 }) {
			return script, said
		}
	}
}

// of returns where the lines of sender are.
func of(said [][]byte, sender byte) (at []int) {
	for i, line := range said {
		if line[0] == sender {
			at = append(at, i)
		}
	}
	return at
}

// hear gives received to a watcher, in pieces of a length.
func hear(script *contract.Script, member int, received []byte, piece int) (*contract.Watcher, error) {
	watcher := script.Watch(member)
	for p := range slices.Chunk(received, piece) {
		if _, err := watcher.Write(p); err != nil {
			return watcher, err
		}
	}
	return watcher, watcher.Complete()
}

func TestWatcherTakesEveryRightOrderInPiecesOfAnyLength(t *testing.T) {
	for seed := range uint64(4) {
		script, said := conversation(seed)
		received := bytes.Join(said, nil)
		for _, piece := range []int{1, 7, 4096, len(received)} {
			watcher, err := hear(script, contract.Listener, received, piece)
			if err != nil {
				t.Fatalf("seed %d in pieces of %d bytes: %v", seed, piece, err)
			}
			all := script.Digest()
			_, _ = all.Write(received)
			if watcher.Sum() != all.Sum() {
				t.Errorf("the sum is %v, want %v", watcher.Sum(), all.Sum())
			}
		}
	}
}

func TestWatcherKnowsWhatEachSenderReceived(t *testing.T) {
	script, said := conversation(1)
	everything, err := hear(script, contract.Listener, bytes.Join(said, nil), 1000)
	if err != nil {
		t.Fatal(err)
	}
	for sender := range senders {
		own := func(line []byte) bool { return int(line[0]) == '0'+sender }
		others := bytes.Join(slices.DeleteFunc(slices.Clone(said), own), nil)
		watcher, err := hear(script, sender, others, 1000)
		if err != nil {
			t.Errorf("sender %d: %v", sender, err)
		}
		if got, want := watcher.Sum(), everything.SumWithout(sender); got != want || got.Bytes != int64(len(others)) {
			t.Errorf("sender %d received %v, the listener knows of %v", sender, got, want)
		}
	}
}

func TestWatcherFindsEachKindOfFault(t *testing.T) {
	for _, test := range []struct {
		fault string
		do    func(said [][]byte) [][]byte
		want  string // in the error
	}{
		{"a lost line", func(said [][]byte) [][]byte {
			return slices.Delete(said, 2, 3)
		}, "(line 1 of sender 2) has "},
		{"the last line of a sender lost", func(said [][]byte) [][]byte {
			last := of(said, '2')[lines-1]
			return slices.Delete(said, last, last+1)
		}, "sender 2: 19 of 20 lines came"},
		{"all lines lost", func([][]byte) [][]byte {
			return nil
		}, "sender 0: 0 of 20 lines came\nsender 1: 0 of"},
		{"a line doubled", func(said [][]byte) [][]byte {
			return slices.Insert(said, 2, said[1])
		}, "; that is line 1 of sender 1"},
		{"the last line of a sender doubled", func(said [][]byte) [][]byte {
			last := of(said, '2')[lines-1]
			return slices.Insert(said, last, said[last])
		}, "is of sender 2, whose 20 lines have come already: "},
		{"two lines of a sender reordered", func(said [][]byte) [][]byte {
			at := of(said, '3')
			said[at[0]], said[at[1]] = said[at[1]], said[at[0]]
			return said
		}, "(line 1 of sender 3) has "},
		{"a line torn by another's", func(said [][]byte) [][]byte {
			return slices.Replace(said, 0, 2, said[0][:50], said[1], said[0][50:])
		}, "line 1 (line 1 of sender 0) has "},
		{"a line torn by a newline", func(said [][]byte) [][]byte {
			return slices.Replace(said, 0, 1, said[0][:50], []byte("\n"), said[0][50:])
		}, "line 1 (line 1 of sender 0) has \"\\n"},
		{"a line torn at the end", func(said [][]byte) [][]byte {
			said[len(said)-1] = bytes.TrimSuffix(said[len(said)-1], []byte("\n"))
			return said
		}, " ends at byte "},
		{"the bytes of two senders mixed", func(said [][]byte) [][]byte {
			return slices.Replace(said, 0, 2, said[0][:60], said[1][:50], said[0][60:], said[1][50:])
		}, "line 1 (line 1 of sender 0) has "},
		{"a newline too many", func(said [][]byte) [][]byte {
			return slices.Insert(said, 1, []byte("\n"))
		}, "line 2 is of nobody: \"\\n\""},
		{"a carriage return too many", func(said [][]byte) [][]byte {
			return slices.Replace(said, 0, 1, bytes.TrimSuffix(said[0], []byte("\n")), []byte("\r\n"))
		}, "line 1 (line 1 of sender 0) has \"\\r\\n\""},
		{"a byte changed", func(said [][]byte) [][]byte {
			said[1][40] ^= 1
			return said
		}, "line 2 (line 1 of sender 1) has "},
		{"a byte lost", func(said [][]byte) [][]byte {
			said[1] = slices.Delete(said[1], 40, 41)
			return said
		}, "line 2 (line 1 of sender 1) has "},
		{"a banner", func(said [][]byte) [][]byte {
			return slices.Insert(said, 0, []byte("*** welcome ***\n"))
		}, "line 1 is of nobody: \"*** welcome ***\\n\""},
		{"a line too many", func(said [][]byte) [][]byte {
			return append(said, []byte("0 and another thing\n"))
		}, "line 81 is of sender 0, whose 20 lines have come already: "},
	} {
		t.Run(test.fault, func(t *testing.T) {
			for seed := range uint64(3) {
				script, said := conversation(seed * 1000)
				received := bytes.Join(test.do(said), nil)
				for _, piece := range []int{1, 100, max(1, len(received))} {
					_, err := hear(script, contract.Listener, received, piece)
					switch {
					case err == nil:
						t.Fatalf("seed %d in pieces of %d bytes: not found", seed, piece)
					case piece > 100 && !strings.Contains(err.Error(), test.want):
						t.Errorf("seed %d: %v; want in it: %s", seed, err, test.want)
					}
				}
			}
		})
	}
}

func TestWatcherFindsAnEchoOfTheMembersOwnLine(t *testing.T) {
	script, said := conversation(1)
	watcher := script.Watch(2)
	if _, err := watcher.Write(bytes.Join(said[:2], nil)); err != nil {
		t.Fatal(err)
	}
	_, err := watcher.Write(said[2])
	if err == nil || !strings.Contains(err.Error(), "line 3 is of sender 2, who received it: ") {
		t.Errorf("the error is %v", err)
	}
}

func TestWatcherGuessesWhichLineCame(t *testing.T) {
	script := contract.New(1, 1, lines)
	long := func(n int) []byte {
		for ; ; n++ {
			if line := script.AppendLine(nil, 0, n); len(line) > 1000 {
				return line
			}
		}
	}
	watcher := script.Watch(contract.Listener)
	_, err := watcher.Write(long(5))
	if err == nil || !strings.Contains(err.Error(), "line 1 (line 1 of sender 0) has ") || !strings.Contains(err.Error(), "; that is line ") {
		t.Errorf("the error is %v", err)
	}
}

func TestWatcherStaysWithTheFirstFault(t *testing.T) {
	script, said := conversation(1)
	watcher := script.Watch(contract.Listener)
	_, first := watcher.Write([]byte("what?\n"))
	_, second := watcher.Write(said[0])
	if first == nil || !errors.Is(second, first) || !errors.Is(watcher.Whole(), first) {
		t.Errorf("errors are %v, %v and %v", first, second, watcher.Whole())
	}
}

func TestWholeIsBetweenLines(t *testing.T) {
	script, said := conversation(1)
	watcher := script.Watch(contract.Listener)
	for _, line := range said[:3] {
		if err := watcher.Whole(); err != nil {
			t.Errorf("between lines: %v", err)
		}
		_, _ = watcher.Write(line[:9])
		if err := watcher.Whole(); err == nil || !strings.Contains(err.Error(), "ends at byte 9 of") {
			t.Errorf("inside a line: %v", err)
		}
		_, _ = watcher.Write(line[9:])
	}
	if watcher.Complete() == nil {
		t.Error("three lines are a whole conversation")
	}
}

func TestWatcherKeepsNothing(t *testing.T) {
	script := contract.New(1, 1, 1000)
	watcher, n := script.Watch(contract.Listener), 0
	line := make([]byte, 0, contract.MaxLine+1)
	if allocs := testing.AllocsPerRun(900, func() {
		line = script.AppendLine(line[:0], 0, n)
		n++
		if _, err := watcher.Write(line); err != nil {
			t.Fatal(err)
		}
	}); allocs > 0 {
		t.Errorf("%v allocations a line", allocs)
	}
}

func BenchmarkWatcher(b *testing.B) {
	script := contract.New(1, 8, b.N)
	watcher := script.Watch(contract.Listener)
	var line []byte
	b.SetBytes(script.Bytes(contract.Listener) / int64(b.N))
	for n := range b.N {
		for sender := range 8 {
			line = script.AppendLine(line[:0], sender, n)
			if _, err := watcher.Write(line); err != nil {
				b.Fatal(err)
			}
		}
	}
}
