package bench_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"bcast/internal/bench"
)

func TestNumbersSurviveTheirDigits(t *testing.T) {
	numbers := []uint64{0, 1, 63, 64, 4095, 4096, 1<<24 - 1, 1 << 24, 1<<47 + 5, 1<<48 - 1}
	for range 1000 {
		numbers = append(numbers, rand.Uint64()>>16)
	}
	for _, v := range numbers {
		if got, ok := bench.Number(bench.Digits(v)); got != v || !ok {
			t.Errorf("%d is written as %x and read as %d, %v", v, bench.Digits(v), got, ok)
		}
	}
}

func TestWhatIsNoDigitIsNoNumber(t *testing.T) {
	for at := range 8 {
		for b := range 256 {
			w := bench.Digits(1<<48-1)&^(0xff<<(8*at)) | uint64(b)<<(8*at)
			if _, ok := bench.Number(w); ok != (b >= '0' && b <= 'o') {
				t.Errorf("byte %#x in place %d: ok is %v", b, at, ok)
			}
		}
	}
}

func TestLineSaysWhereItComesFrom(t *testing.T) {
	run, text := bench.NewRun()
	for _, size := range []int{bench.MinSize, bench.MinSize + 1, 64, 1000} {
		line := bench.Line(size, run, 3, 1<<40, 12345)
		if len(line) != size || bytes.IndexByte(line, '\n') != size-1 {
			t.Errorf("%d bytes: %q is not one line", size, line)
		}
		if i := bytes.IndexFunc(line[:size-1], func(r rune) bool { return r < ' ' || r > '~' }); i >= 0 {
			t.Errorf("%d bytes: %q is not printable", size, line)
		}
		if sender, seq, at, ok := bench.Parse(line, run); sender != 3 || seq != 1<<40 || at != 12345 || !ok {
			t.Errorf("%d bytes: read %d, %d, %d, %v", size, sender, seq, at, ok)
		}
		if !strings.HasPrefix(string(line), text) {
			t.Errorf("%q does not begin with %q", line, text)
		}
	}
	if other, _ := bench.NewRun(); other == run {
		t.Error("two runs are one")
	}
}

func TestTableKeepsNumbersApart(t *testing.T) {
	for _, test := range []struct {
		most  uint64
		bytes int
	}{{1, 128}, {3, 256}, {7, 504}, {255, 1000}, {256, 2000}, {1 << 30, 4000}, {1 << 44, 8000}} {
		const n = 1000
		table, want := bench.NewTable(n, test.most), [n]uint64{}
		for range 5 * n {
			i := rand.N(uint64(n))
			want[i] = rand.Uint64N(test.most + 1)
			table.Set(i, want[i])
		}
		for i, want := range want {
			if got := table.Get(uint64(i)); got != want {
				t.Fatalf("up to %d: number %d is %d, want %d", test.most, i, got, want)
			}
		}
		if got := table.Bytes(); got != test.bytes {
			t.Errorf("up to %d: %d numbers take %d bytes, want %d", test.most, n, got, test.bytes)
		}
	}
}

func TestPercentilesOfAllReadersTogether(t *testing.T) {
	var took []uint64
	for us := range uint64(10_000) {
		took = append(took, (us+1)*1000)
	}
	rand.Shuffle(len(took), func(i, j int) { took[i], took[j] = took[j], took[i] })
	got := bench.Percentiles(took)
	for _, test := range []struct {
		name      string
		got, want int64
	}{
		{"p50", got.P50, 5_000_000},
		{"p90", got.P90, 9_000_000},
		{"p99", got.P99, 9_900_000},
		{"p99.9", got.P999, 9_990_000},
		{"max", got.Max, 10_000_000},
	} {
		if off := test.got - test.want; off < -test.want/1000 || off > test.want/1000 {
			t.Errorf("%s is %d ns, want %d", test.name, test.got, test.want)
		}
	}
}
