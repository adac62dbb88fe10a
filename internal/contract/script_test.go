package contract_test

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"bcast/internal/contract"
)

// writes keeps what is written to it, apart and together.
type writes struct {
	bytes.Buffer
	lengths map[int]int
}

func (w *writes) Write(p []byte) (int, error) {
	w.lengths[len(p)]++
	return w.Buffer.Write(p)
}

func TestSpeakWritesTheLinesInOrder(t *testing.T) {
	script := contract.New(1, 3, 2000)
	for sender := range 3 {
		var want []byte
		for n := range 2000 {
			want = script.AppendLine(want, sender, n)
		}
		got := writes{lengths: make(map[int]int)}
		if err := script.Speak(&got, sender); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want) {
			t.Errorf("sender %d wrote %d bytes, not the %d of its lines", sender, got.Len(), len(want))
		}
		if got.lengths[0] > 0 || got.lengths[1] == 0 || len(got.lengths) < 100 {
			t.Errorf("sender %d wrote pieces of %d lengths, %d empty, %d of one byte",
				sender, len(got.lengths), got.lengths[0], got.lengths[1])
		}
	}
}

func TestLinesHaveAllLengthsAndAllBytes(t *testing.T) {
	script := contract.New(2, contract.MaxSenders, 50)
	var seen [256]int
	shortest, longest, text := contract.MaxLine, 0, 0
	for sender := range contract.MaxSenders {
		for n := range 50 {
			line, whole := bytes.CutSuffix(script.AppendLine(nil, sender, n), []byte("\n"))
			if !whole || len(line) < 1 || len(line) > contract.MaxLine || int(line[0]) != '0'+sender {
				t.Fatalf("line %d of sender %d is %d bytes, %.20q...; it ends in a newline: %v", n, sender, len(line), line, whole)
			}
			for _, b := range line {
				seen[b]++
			}
			shortest, longest = min(shortest, len(line)), max(longest, len(line))
			if utf8.Valid(line) {
				text++
			}
		}
	}
	for b, times := range seen {
		if (times == 0) != (b == '\n') {
			t.Errorf("byte %#02x is there %d times", b, times)
		}
	}
	if shortest != 1 || longest < contract.MaxLine*999/1000 || text == 0 {
		t.Errorf("lines are of %d to %d bytes, %d are UTF-8", shortest, longest, text)
	}
}

func TestScriptIsMadeOfItsSeed(t *testing.T) {
	line := func(seed uint64, sender, n int) string {
		return string(contract.New(seed, 9, 9).AppendLine(nil, sender, n)[1:])
	}
	if first, again := line(1, 2, 3), line(1, 2, 3); first != again {
		t.Error("two scripts of one seed differ")
	}
	seen := make(map[string]bool)
	for seed := range uint64(9) {
		for sender := range 9 {
			for n := range 9 {
				seen[line(seed, sender, n)] = true
			}
		}
	}
	if len(seen) < 9*9*9*9/10 { // the shortest lines come twice
		t.Errorf("of %d lines only %d differ", 9*9*9, len(seen))
	}
}

func TestBytesAreWhatAMemberReceives(t *testing.T) {
	script := contract.New(3, 3, 50)
	for _, member := range []int{contract.Listener, 0, 2} {
		var want int64
		for sender := range 3 {
			for n := range 50 {
				if sender != member {
					want += int64(len(script.AppendLine(nil, sender, n)))
				}
			}
		}
		if got := script.Bytes(member); got != want {
			t.Errorf("member %d receives %d bytes, want %d", member, got, want)
		}
	}
}

func TestDigestIsOfTheBytesAndNotOfTheWrites(t *testing.T) {
	script := contract.New(4, 1, 1)
	whole, pieces, other := script.Digest(), script.Digest(), script.Digest()
	_, _ = whole.Write([]byte("hello"))
	for _, b := range []byte("hello") {
		_, _ = pieces.Write([]byte{b})
	}
	_, _ = other.Write([]byte("hullo"))
	if whole.Sum() != pieces.Sum() || whole.Sum() == other.Sum() || whole.Sum().Bytes != 5 {
		t.Errorf("sums are %v, %v and %v of another", whole.Sum(), pieces.Sum(), other.Sum())
	}
}
