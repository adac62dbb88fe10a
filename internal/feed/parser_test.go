package feed_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"bcast/internal/feed"
	"bcast/internal/text"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func TestSaidTellsTheNameFromTheText(t *testing.T) {
	for _, c := range []struct{ line, name, text string }{
		{"alice: hello", "alice", "hello"},
		{"alice: hello\r", "alice", "hello"},
		{"alice: ", "alice", ""},
		{"alice: \r", "alice", ""},
		{"alice: re: hello: all", "alice", "re: hello: all"},
		{"alice:  two spaces", "alice", " two spaces"},
		{"Ann of the Hill: hi", "Ann of the Hill", "hi"},
		{"花子: おはよう", "花子", "おはよう"},
		{"Zoë: hi", "Zoë", "hi"},
		{flag + ": hi", flag, "hi"},
		{strings.Repeat("n", 32) + ": hi", strings.Repeat("n", 32), "hi"},
		{strings.Repeat("漢", 32) + ": hi", strings.Repeat("漢", 32), "hi"},
		{strings.Repeat("𠮟", 32) + ": hi", strings.Repeat("𠮟", 32), "hi"}, // 128 bytes
		{"alice: a\tb", "alice", "a       b"},                             // tabs count from where the text stands
		{"alice: \x1B[2J", "alice", "␛[2J"},

		{"hello", "", "hello"},
		{"", "", ""},
		{": hello", "", ": hello"},
		{"alice:hello", "", "alice:hello"},
		{"alice:", "", "alice:"},
		{"https://ci.example: green", "", "https://ci.example: green"},
		{"12:05: tea", "", "12:05: tea"},
		{" alice: hello", "", " alice: hello"},
		{"alice : hello", "", "alice : hello"},
		{"al  ice: hello", "", "al  ice: hello"},
		{"* alice: hello", "", "* alice: hello"},
		{"guest-7: hello", "", "guest-7: hello"},
		{"GUEST-7: hello", "", "GUEST-7: hello"},
		{"al\x1Bice: hello", "", "al␛ice: hello"},
		{"al\xFFice: hello", "", "al\uFFFDice: hello"},
		{"ali\u202Ece: hello", "", "ali<U+202E>ce: hello"},
		{"ａｌｉｃｅ: hello", "", "ａｌｉｃｅ: hello"}, // not as a name is written
		{"Zoe\u0308: hi", "", "Zoe\u0308: hi"},
		{family + ": hi", "", family + ": hi"}, // a joiner belongs in no name
		{strings.Repeat("n", 33) + ": hi", "", strings.Repeat("n", 33) + ": hi"},
		{strings.Repeat("漢", 33) + ": hi", "", strings.Repeat("漢", 33) + ": hi"},
		{strings.Repeat("n", 1000) + ": hi", "", strings.Repeat("n", 1000) + ": hi"},
	} {
		var p feed.Parser
		for range 2 { // the second time the name is known
			want := feed.Entry{Kind: feed.Line, At: noon, Name: c.name, Text: c.text}
			if got := p.Said([]byte(c.line), noon); got != want {
				t.Errorf("Said(%+q)\n got %+v\nwant %+v", c.line, got, want)
			}
		}
	}
}

func TestSaidCutsWhatIsTooLongToShow(t *testing.T) {
	var p feed.Parser
	got := p.Said([]byte("alice: "+strings.Repeat("x", text.MaxShown+5)), noon)
	if want := strings.Repeat("x", text.MaxShown) + " ... +5 bytes"; got.Name != "alice" || got.Text != want {
		t.Errorf("name %q, text of %d bytes, want alice, %d", got.Name, len(got.Text), len(want))
	}
}

// wantName is the name that a line has by definition.
func wantName(line string) string {
	name, _, found := strings.Cut(line, ": ")
	if shown, err := text.Name(name); found && err == nil && shown == name {
		return name
	}
	return ""
}

// checkSaid fails t unless line is taken apart as the definition has it.
func checkSaid(t *testing.T, p *feed.Parser, line string) {
	t.Helper()
	got := p.Said([]byte(line), noon)
	want := wantName(line)
	if got.Name != want {
		t.Fatalf("Said(%+q) has the name %+q, want %+q", line, got.Name, want)
	}
	rest := line
	if want != "" {
		rest = line[len(want)+len(": "):]
	}
	if got.Text != text.Clean([]byte(rest)) {
		t.Fatalf("Said(%+q) has the text %+q", line, got.Text)
	}
}

// ASCII names take a way of their own, which must come to the same.
func TestSaidKnowsEveryASCIIName(t *testing.T) {
	var p feed.Parser
	for c := range 256 {
		for _, format := range []string{"%c", "a%c", "%ca", "a%cb", "gues%c-x", "guest%c", "%[1]c%[1]c"} {
			checkSaid(t, &p, fmt.Sprintf(format, c)+": x")
		}
	}
	const letters = "ab *:-Guest~\x7F"
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		name := make([]byte, random.IntN(36))
		for i := range name {
			name[i] = letters[random.IntN(len(letters))]
		}
		checkSaid(t, &p, string(name)+": x")
	}
}

func TestSaidKnowsNamesWithoutEnd(t *testing.T) {
	var p feed.Parser
	before := heap()
	for round := range 2 {
		for i := range 3000 {
			checkSaid(t, &p, fmt.Sprintf("member %d: round %d", i, round))
			checkSaid(t, &p, fmt.Sprintf("会員%d: round %d", i, round))
			checkSaid(t, &p, fmt.Sprintf("＊%d: round %d", i, round))
		}
	}
	tooLong := strings.Repeat("会員", 4<<10)
	for i := range 100 {
		p.Said(fmt.Appendf(nil, "%d%s: x", i, tooLong), noon)
	}
	if got := heap() - before; got > 128<<10 {
		t.Errorf("what is remembered of 9100 names takes %d bytes", got)
	}
	runtime.KeepAlive(&p)
}

func FuzzSaid(f *testing.F) {
	for _, line := range []string{"alice: hello", "花子: おはよう", "guest-1: x", "a:b: c", "\u202E: x", "Ǆ: x"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		var p feed.Parser
		checkSaid(t, &p, line)
		checkSaid(t, &p, line)
	})
}

func TestSaidAllocatesTheTextAlone(t *testing.T) {
	for _, line := range []string{english, japanese, "alice: " + english, "花子: " + japanese} {
		var p feed.Parser
		b := []byte(line)
		if got := testing.AllocsPerRun(100, func() { p.Said(b, noon) }); got > 1 {
			t.Errorf("Said(%q): %v allocations, want 1", line, got)
		}
	}
}
