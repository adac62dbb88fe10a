package chatlog_test

import (
	"encoding/json"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// logged returns a frame as a log has it.
func logged(t *testing.T, frame string) string {
	t.Helper()
	f := open(t, filepath.Join(t.TempDir(), "log.jsonl"))
	f.Frame([]byte(frame))
	f.Close()
	line, ok := strings.CutSuffix(f.has(), "\n")
	if !ok || strings.Contains(line, "\n") {
		t.Fatalf("%q is logged as %q, want a line", frame, line)
	}
	return line
}

// wantHarmless checks that a terminal shows a line of JSON and does nothing else.
func wantHarmless(t *testing.T, line string) {
	t.Helper()
	marks := 0
	for _, r := range line {
		if !unicode.IsMark(r) {
			marks = 0
		} else if marks++; marks > 8 {
			t.Errorf("marks are piled up: %.200q", line)
			return
		}
		if !unicode.IsPrint(r) {
			t.Errorf("%U is in %.200q", r, line)
			return
		}
	}
}

func wantSame(t *testing.T, got, want string) {
	t.Helper()
	var g, w any
	if err := json.Unmarshal([]byte(got), &g); err != nil {
		t.Errorf("%q is no JSON: %v", got, err)
	}
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(g, w) {
		t.Errorf("%q became %q", want, got)
	}
}

func TestFramesAreLoggedAsTheyCame(t *testing.T) {
	for _, frame := range []string{
		`{"type":"line","seq":1,"from":"p3","name":"花子","at":"2025-07-01T12:00:00.000Z","text":"おはよう e\u0301 🇯🇵"}`,
		`{"type":"later", "x":[1.5e3, true, null, {"a":"\\\"\/\b\f\n\r\t\u001b\ud83d\ude00"}]}`,
	} {
		if got := logged(t, frame); got != frame {
			t.Errorf("it is logged as\n%s, want\n%s", got, frame)
		}
	}
}

func TestContract12_NothingInALogOfFramesIsObeyed(t *testing.T) {
	for _, text := range []string{
		"\u009b2J\u009d2;evil\u009c", "\u202eevil\u2066x\u2069", "\x7f\x7f\x7f", "\u2028\u2029\ufeff\u200b",
		"\U000E0068\U000E007F", "a" + strings.Repeat("\u0300", 3000), "👨‍👩‍👧‍👦", "\uFFFE\uFDD0\U0010FFFF\uE000",
	} {
		frame := `{"type":"line","text":"` + text + `","` + text + `":1}`
		got := logged(t, frame)
		wantHarmless(t, got)
		wantSame(t, got, frame)
	}
	frame := "\r{\r\t\"type\"\r:\t\"later\",\r\"x\":\"\\\"\"\r,\"y\":\"\\\\\"\r}\r"
	got := logged(t, frame)
	wantHarmless(t, got)
	wantSame(t, got, frame)
}

func FuzzFrame(f *testing.F) {
	f.Add("\u009b", "\r")
	f.Add("\"\\", "\t ")
	f.Fuzz(func(t *testing.T, text, space string) {
		if !utf8.ValidString(text) || strings.Trim(space, " \t\r") != "" {
			return
		}
		raw, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		frame := "{" + space + `"type":` + space + string(raw) + "}" + space
		got := logged(t, frame)
		wantHarmless(t, got)
		wantSame(t, got, frame)
	})
}
