package wire_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"bcast/internal/wire"
)

// expect fails t unless err has the code: "" is no error.
func expect(t *testing.T, what string, err error, code wire.Code) {
	t.Helper()
	var wrong *wire.FrameError
	switch {
	case err == nil && code == "":
	case !errors.As(err, &wrong) || wrong.Code != code:
		t.Errorf("%s: %v, want code %q", what, err, code)
	}
}

func TestFrameIsBoundedByTheLongestLine(t *testing.T) {
	const maxLine = 100
	for _, test := range []struct {
		size int
		code wire.Code
	}{
		{wire.MaxFrame(maxLine) - 1, ""},
		{wire.MaxFrame(maxLine), ""},
		{wire.MaxFrame(maxLine) + 1, wire.CodeTooLong},
	} {
		frame := []byte(`{"type":"pong","later":"`)
		frame = append(frame, bytes.Repeat([]byte("x"), test.size-len(frame)-len("\"}\n"))...)
		frame = append(frame, "\"}\n"...)
		_, err := wire.DecodeServer(frame, maxLine)
		expect(t, fmt.Sprint("a server's frame of ", test.size), err, test.code)
		_, err = wire.DecodeClient(frame, maxLine)
		expect(t, fmt.Sprint("a client's frame of ", test.size), err, test.code)
	}
}

func TestLongestLineFitsIntoAFrameWhateverIsInIt(t *testing.T) {
	for _, maxLine := range []int{1, 100, wire.DefaultMaxLine} {
		for _, fill := range []string{"\x01", "\xFF", "\"", "\u009B"} {
			line := wire.Line{
				Seq: wire.MaxNumber, From: strings.Repeat("p", 64), Name: strings.Repeat("\"", 128), At: wire.MaxTime,
				Text: bytes.Repeat([]byte(fill), maxLine/len(fill)), More: true, Ref: wire.MaxNumber,
			}
			frame := line.Append(nil)
			_, err := wire.DecodeServer(frame, maxLine)
			expect(t, fmt.Sprintf("%d bytes of %q", maxLine, fill), err, "")
		}
	}
}

func TestWelcomeWithTheLargestRosterFitsIntoTheFirstFrame(t *testing.T) {
	w := wire.Welcome{Nonce: nonce, Session: session, You: wire.Member{ID: "p1", Name: "a"}, Epoch: "e", Seq: 1}
	for range wire.MaxRoster {
		w.Peers = append(w.Peers, wire.Member{ID: strings.Repeat("p", 64), Name: strings.Repeat("\"", 128)})
	}
	_, err := wire.DecodeServer(w.Append(nil), wire.DefaultMaxLine)
	expect(t, "500 peers", err, "")
	w.Peers = append(w.Peers, wire.Member{ID: "p", Name: "a"})
	_, err = wire.DecodeServer(w.Append(nil), wire.DefaultMaxLine)
	expect(t, "501 peers", err, wire.CodeValue)
}

func TestMessageIsALineOfTheRoom(t *testing.T) {
	const maxLine = 10
	for _, test := range []struct {
		text string
		more bool
		code wire.Code
	}{
		{strings.Repeat("x", 9), false, ""},
		{strings.Repeat("x", 10), false, wire.CodeTooLong},
		{strings.Repeat("x", 10), true, ""},
		{strings.Repeat("x", 11), true, wire.CodeTooLong},
		{strings.Repeat("\x01", 9), false, ""},
		{"あああ", false, ""},
		{"1\n2\n3\n4\n5", false, ""},
		{"1\n2\n3\n4\n5\n", false, wire.CodeTooLong},
		{strings.Repeat("\xFF", 9), false, ""},
		{strings.Repeat("\xFF", 10), false, wire.CodeTooLong},
	} {
		frame := (&wire.Say{Ref: 1, Text: []byte(test.text), More: test.more}).Append(nil)
		_, err := wire.DecodeClient(frame, maxLine)
		expect(t, fmt.Sprintf("%q, more %v", test.text, test.more), err, test.code)
	}
}

func TestFieldsAreTakenUpToTheirBounds(t *testing.T) {
	text := func(n int) string { return strings.Repeat("x", n) }
	hello := func(fields string) string { return `{"type":"hello",` + fields + `}` }
	const good = `"nonce":"` + nonce + `"`
	fields := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `,"f%d":0`, i)
		}
		return b.String()
	}
	for _, test := range []struct {
		what, frame string
		code        wire.Code
	}{
		{"shortest nonce", hello(`"nonce":"` + text(16) + `"`), ""},
		{"shorter nonce", hello(`"nonce":"` + text(15) + `"`), wire.CodeValue},
		{"longest nonce", hello(`"nonce":"` + text(64) + `"`), ""},
		{"longer nonce", hello(`"nonce":"` + text(65) + `"`), wire.CodeValue},
		{"longest name", hello(good + `,"name":"` + text(wire.MaxName) + `"`), ""},
		{"longer name", hello(good + `,"name":"` + text(wire.MaxName+1) + `"`), wire.CodeValue},
		{"longest name of escapes", `{"type":"name","name":"` + strings.Repeat(`\n`, wire.MaxName) + `"}`, ""},
		{"longer name of escapes", `{"type":"name","name":"` + strings.Repeat(`\n`, wire.MaxName+1) + `"}`, wire.CodeValue},
		{"longest hello", hello(good + `,"x":"` + text(wire.MaxHello-50) + `"`)[:wire.MaxHello-2] + `"}`, ""},
		{"longer hello", hello(good + `,"x":"` + text(wire.MaxHello-50) + `"`)[:wire.MaxHello-2] + `x"}`, wire.CodeTooLong},
		{"longest ping", `{"type":"ping","id":"` + text(64) + `"}`, ""},
		{"longer ping", `{"type":"ping","id":"` + text(65) + `"}`, wire.CodeValue},
		{"longest type", `{"type":"` + text(64) + `"}`, ""},
		{"longer type", `{"type":"` + text(65) + `"}`, wire.CodeValue},
		{"highest ref", `{"type":"say","text":"","ref":9007199254740991}`, ""},
		{"higher ref", `{"type":"say","text":"","ref":9007199254740992}`, wire.CodeValue},
		{"more digits", `{"type":"say","text":"","ref":10000000000000000}`, wire.CodeValue},
		{"overflowing ref", `{"type":"say","text":"","ref":18446744073709551617}`, wire.CodeValue},
		{"deepest", `{"type":"ping","x":` + strings.Repeat("[", 7) + strings.Repeat("]", 7) + "}", ""},
		{"deeper", `{"type":"ping","x":` + strings.Repeat("[", 8) + strings.Repeat("]", 8) + "}", wire.CodeDepth},
		{"far deeper", strings.Repeat(`{"x":`, 60000), wire.CodeDepth},
		{"deepest, often", `{"type":"ping","x":[` + strings.Repeat("[[]],", 20) + "[]]}", ""},
		{"most fields", `{"type":"ping"` + fields(63) + "}", ""},
		{"more fields", `{"type":"ping"` + fields(64) + "}", wire.CodeValue},
	} {
		_, err := wire.DecodeClient([]byte(test.frame), wire.DefaultMaxLine)
		expect(t, test.what, err, test.code)
	}
}

func TestDataIsBase64WithPadding(t *testing.T) {
	for n := range 10 {
		data := bytes.Repeat([]byte{0xFF}, n)
		written := base64.StdEncoding.EncodeToString(data)
		got, err := wire.DecodeClient([]byte(`{"type":"say","ref":1,"data":"`+written+`"}`), wire.DefaultMaxLine)
		expect(t, written, err, "")
		if err == nil && !bytes.Equal(got.(*wire.Say).Text, data) {
			t.Errorf("%s became %q", written, got.(*wire.Say).Text)
		}
	}
}

func TestTimesAreThoseOfTheCalendar(t *testing.T) {
	const format = "2006-01-02T15:04:05.000Z"
	for at := int64(0); at <= wire.MaxTime; at += 86400000*17 + 12345678 {
		frame := (&wire.Line{Seq: 1, From: "p", At: at}).Append(nil)
		want := time.UnixMilli(at).UTC().Format(format)
		if !bytes.Contains(frame, []byte(`"at":"`+want+`"`)) {
			t.Fatalf("%d is written in %s, want %s", at, frame, want)
		}
		got, err := wire.DecodeServer(frame, wire.DefaultMaxLine)
		if err != nil || got.(*wire.Line).At != at {
			t.Fatalf("%s is read as %+v, %v", want, got, err)
		}
	}
	for at, want := range map[int64]string{-1: "1970-01-01T00:00:00.000Z", wire.MaxTime + 1: "9999-12-31T23:59:59.999Z"} {
		if frame := (&wire.Line{At: at}).Append(nil); !bytes.Contains(frame, []byte(want)) {
			t.Errorf("%d is written in %s, want the nearest time there is", at, frame)
		}
	}
}

func TestDaysThatNoYearHasAreNoTimes(t *testing.T) {
	for year := 1999; year <= 2004; year++ {
		for month := 0; month <= 13; month++ {
			for day := range 100 {
				at := fmt.Sprintf("%d-%02d-%02dT00:00:00.000Z", year, month, day)
				_, valid := time.Parse("2006-01-02T15:04:05.000Z", at)
				frame := `{"type":"line","seq":1,"from":"p","name":"","text":"","at":"` + at + `"}`
				if _, err := wire.DecodeServer([]byte(frame), wire.DefaultMaxLine); (err == nil) != (valid == nil) {
					t.Errorf("%s: %v, the calendar says %v", at, err, valid)
				}
			}
		}
	}
}
