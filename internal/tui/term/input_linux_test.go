package term_test

import (
	"slices"
	"strings"
	"testing"
)

// A key is what a terminal sends, and the message it is read as.
type key struct{ sent, want string }

// keyTable is the keys that somebody has a use for, as they are sent by xterm and tmux, rxvt and the Linux console.
var keyTable = []key{
	{"\r", "enter"},
	{"\x1b\r", "alt+enter"},
	{"\x1bOM", "enter"}, // keypad
	{"\t", "tab"},
	{"\x1b[Z", "shift+tab"},
	{"\x7f", "backspace"},
	{"\b", "ctrl+h"},
	{"\x1b\x7f", "alt+backspace"},
	{"\x1b[3~", "delete"},
	{"\x1b[2~", "insert"},
	{"\x00", "ctrl+@"},

	{"\x01", "ctrl+a"},
	{"\x02", "ctrl+b"},
	{"\x03", "ctrl+c"},
	{"\x04", "ctrl+d"},
	{"\x05", "ctrl+e"},
	{"\x06", "ctrl+f"},
	{"\x0b", "ctrl+k"},
	{"\x0c", "ctrl+l"},
	{"\x12", "ctrl+r"},
	{"\x15", "ctrl+u"},
	{"\x17", "ctrl+w"},
	{"\x19", "ctrl+y"},
	{"\x1a", "ctrl+z"},
	{"\x1f", "ctrl+_"},
	{"\x1bb", "alt+b"},
	{"\x1bd", "alt+d"},
	{"\x1bf", "alt+f"},
	{"\x1bm", "alt+m"},
	{"\x1bu", "alt+u"},
	{"\x1bé", "alt+é"},
	{"\x1b ", "alt+ "},

	{"\x1b[A", "up"},
	{"\x1b[B", "down"},
	{"\x1b[C", "right"},
	{"\x1b[D", "left"},
	{"\x1bOA", "up"},
	{"\x1bOB", "down"},
	{"\x1bOC", "right"},
	{"\x1bOD", "left"},
	{"\x1b[1;5A", "ctrl+up"},
	{"\x1b[1;5B", "ctrl+down"},
	{"\x1b[1;5C", "ctrl+right"},
	{"\x1b[1;5D", "ctrl+left"},
	{"\x1bOa", "ctrl+up"}, // rxvt
	{"\x1bOb", "ctrl+down"},
	{"\x1bOc", "ctrl+right"},
	{"\x1bOd", "ctrl+left"},
	{"\x1bO5A", "ctrl+up"}, // old terminals
	{"\x1b[1;3A", "alt+up"},
	{"\x1b[1;2B", "shift+down"},
	{"\x1b[a", "shift+up"}, // rxvt
	{"\x1b\x1b[A", "alt+up"},
	{"\x1b\x1bOB", "alt+down"},
	{"\x1b\x1b[5~", "alt+pgup"},

	{"\x1b[5~", "pgup"},
	{"\x1b[6~", "pgdown"},
	{"\x1b[5;5~", "ctrl+pgup"},
	{"\x1b[6^", "ctrl+pgdown"}, // rxvt
	{"\x1b[H", "home"},
	{"\x1b[1~", "home"},
	{"\x1b[7~", "home"},
	{"\x1bOH", "home"},
	{"\x1b[1;5H", "ctrl+home"},
	{"\x1b[7^", "ctrl+home"},
	{"\x1b[7$", "shift+home"},
	{"\x1b[7@", "ctrl+shift+home"},
	{"\x1b[F", "end"},
	{"\x1b[4~", "end"},
	{"\x1b[8~", "end"},
	{"\x1bOF", "end"},
	{"\x1b[1;5F", "ctrl+end"},
	{"\x1b[8^", "ctrl+end"},

	{"\x1bOP", "f1"},
	{"\x1bOQ", "f2"},
	{"\x1bOR", "f3"},
	{"\x1b[11~", "f1"},
	{"\x1b[12~", "f2"},
	{"\x1b[13~", "f3"},
	{"\x1b[[A", "f1"}, // Linux console
	{"\x1b[[B", "f2"},
	{"\x1b[[C", "f3"},
	{"\x1b[15~", "f5"},
	{"\x1b[1;2P", "f13"},

	{"\x1b[<64;12;5M", "wheel up at 11,4"},
	{"\x1b[<65;212;105M", "wheel down at 211,104"},
	{"\x1b[<0;1;1M", "left press at 0,0"},
	{"\x1b[<0;1;1m", "left release at 0,0"},
	{"\x1b[<35;7;8M", "motion at 6,7"},
	{"\x1b[<16;9;9M", "ctrl+left press at 8,8"},
	{"\x1b[Ma!!", "wheel down at 0,0"}, // terminals without mode 1006
	{"\x1b[M \xff\x1b", "left press at 222,-6"},
	{"\x1b[I", "FocusMsg"},
	{"\x1b[O", "BlurMsg"},

	{"a", `"a"`},
	{" ", " "},
	{"é", `"é"`},
	{"こんにちは", `"こんにちは"`},
	{"漢字かな交じり文", `"漢字かな交じり文"`},
	{"👨‍👩‍👧‍👦🇯🇵👍🏽", `"👨‍👩‍👧‍👦🇯🇵👍🏽"`},
	{"e\u0301\u0302", "\"e\u0301\u0302\""},

	{"\x1b[200~two\rlines\x1b[201~", "[two\rlines]"},
	{"\x1b[200~\x1b[201~", "[]"},
	{"\x1b[200~\x1b[20\x1b[A\x1b]0;t\a \x03\x1b\x1b[201~", "[\x1b[20\x1b[A\x1b]0;t\a \x03\x1b]"},
	{"\x1b[200~👨‍👩‍👧‍👦\x1b[200~日本\x1b[201~", "[👨‍👩‍👧‍👦\x1b[200~日本]"},
}

// noKeys is what terminals send that is no key. None of it may be typed.
var noKeys = []key{
	{"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\", ""}, // answers
	{"\x1b]11;rgb:1e1e/1e1e/2e2e\a", ""},
	{"\x1b]52;c;aGk=\a", ""},
	{"\x1bP>|xterm(370)\x1b\\", ""},
	{"\x1bP1$r0m\x1b\\", ""},
	{"\x1b_Gi=1;OK\x1b\\", ""},
	{"\x1b[?62;22c", ""},
	{"\x1b[>41;370;0c", ""},
	{"\x1b[?2026;2$y", ""},
	{"\x1b[?1u", ""},
	{"\x1bOZ", ""}, // keys that nobody knows
	{"\x1b\x1b[?1u", ""},
	{"\x1b[" + strings.Repeat("1", 61) + "A", ""},
	{"\x1b[" + strings.Repeat("1", 62) + "A", ""},
	{"\x1b[" + strings.Repeat("1", 300) + "A", ""},
	{"\x1b[20\x18", "ctrl+x"}, // what is broken off
	{"\x1b[20\x1b[A", "up"},
	{"\x1bO\x18", "ctrl+x"},
	{"\x1b]11;rgb\x18", "ctrl+x"},
	{"\x1b]11;rgb\x1b[A", "up"},
	{"\xff\xc3\xe3\x81\xe3\x81\x18", "ctrl+x"},
	{"\xe3(", `"("`},
	{"\x1b\xe3\x81\x18", "ctrl+x"},
}

func TestInputReadsEveryKeyInWhateverPieces(t *testing.T) {
	r := newReading(t)
	for _, key := range slices.Concat(keyTable, noKeys) {
		for i := range len(key.sent) {
			if got := strings.Join(r.of(key.sent[:i], key.sent[i:]), " "); got != key.want {
				t.Fatalf("%q and then %q are read as %q, want %q", key.sent[:i], key.sent[i:], got, key.want)
			}
		}
		if got := strings.Join(r.of(bytewise(key.sent)...), " "); got != key.want {
			t.Fatalf("%q in single bytes is read as %q, want %q", key.sent, got, key.want)
		}
	}
}

func TestInputReadsKeysBesideEachOtherInWhateverPieces(t *testing.T) {
	r := newReading(t)
	all := ""
	for i, first := range keyTable {
		second, between := keyTable[(7*i+1)%len(keyTable)], noKeys[i%len(noKeys)]
		sent := first.sent + second.sent + between.sent
		all += sent
		want := r.of(sent)
		if joined := joinText(first.want, second.want, between.want); !slices.Equal(want, joined) {
			t.Fatalf("%q is read as %q, want %q", sent, want, joined)
		}
		for cut := range len(sent) {
			if got := r.of(sent[:cut], sent[cut:]); !slices.Equal(got, want) {
				t.Fatalf("%q and then %q are read as %q, want %q", sent[:cut], sent[cut:], got, want)
			}
		}
	}
	want := r.of(all)
	if got := r.of(bytewise(all)...); !slices.Equal(got, want) {
		t.Errorf("everything in single bytes is read as %q, want %q", got, want)
	}
}

// joinText returns what is read, text in one piece.
func joinText(wants ...string) []string {
	all := strings.ReplaceAll(strings.Join(wants, "\n"), quote+"\n"+quote, "")
	return slices.DeleteFunc(strings.Split(all, "\n"), func(s string) bool { return s == "" })
}

// bytewise returns s in pieces of one byte.
func bytewise(s string) []string {
	pieces := make([]string, len(s))
	for i := range len(s) {
		pieces[i] = s[i : i+1]
	}
	return pieces
}

func TestInputReadsAPasteInWhateverPieces(t *testing.T) {
	t.Parallel() // it takes half a minute
	r := newReading(t)
	text := strings.Repeat("おはよう 👨‍👩‍👧‍👦\rtab\tand \x1b[A\x1b[20 plain text in between, 日本語\r", 150)[:10_000]
	text = strings.ToValidUTF8(text, "")
	sent, want := "a"+pasteBegin+text+pasteEnd+"b", []string{`"a"`, "[" + text + "]", `"b"`}
	if got := r.of(bytewise(sent)...); !slices.Equal(got, want) {
		t.Errorf("in single bytes %q", got)
	}
	step := 1
	if raceDetector {
		step = 7 // reading is one goroutine
	}
	for cut := 1; cut < len(sent); cut += step {
		if got := r.of(sent[:cut], sent[cut:]); !slices.Equal(got, want) {
			t.Fatalf("cut at %d: %q", cut, got)
		}
	}
}
