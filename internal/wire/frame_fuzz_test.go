package wire_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"bcast/internal/wire"
)

// encoding/json is the judge of what JSON is. It lets pass what frames must not
// have, so that the other codes are not its business.
func checkAgainstJSON(t *testing.T, p []byte, err error) {
	t.Helper()
	p = bytes.TrimSuffix(p, []byte("\n"))
	valid := json.Valid(p)
	if err == nil {
		if !valid {
			t.Fatalf("%q is no JSON, and is taken", p)
		}
		return
	}
	var wrong *wire.FrameError
	if !errors.As(err, &wrong) {
		t.Fatalf("%q: %v is no FrameError", p, err)
	}
	if wrong.Offset < 0 || wrong.Offset > len(p) || wrong.Ref > wire.MaxNumber {
		t.Fatalf("%q: %+v", p, wrong)
	}
	isObject := bytes.HasPrefix(bytes.TrimLeft(p, " \t\r"), []byte("{"))
	if valid && isObject && !bytes.Contains(p, []byte("\n")) && (wrong.Code == wire.CodeSyntax || wrong.Code == wire.CodeTrailing) {
		t.Fatalf("%q is a JSON object on one line: %v", p, err)
	}
	switch wrong.Code {
	case wire.CodeMissing, wire.CodeType, wire.CodeValue, wire.CodeConflict:
		if !valid && wrong.Type != "" {
			t.Fatalf("%q is no JSON: %v", p, err)
		}
	default:
	}
}

// checkText fails t unless encoding/json reads the same text.
func checkText(t *testing.T, p, got []byte) {
	t.Helper()
	fields := map[string]any{} // a struct's fields would be found in any case
	if err := json.Unmarshal(p, &fields); err != nil {
		t.Fatalf("%q: %v", p, err)
	}
	if text, ok := fields["text"].(string); ok && text != string(got) {
		t.Fatalf("%q has the text %q, want %q", p, got, text)
	}
}

func FuzzDecodeClient(f *testing.F) {
	for _, test := range clientFrames {
		f.Add([]byte(test.written))
	}
	for _, m := range readMalformed(f) {
		f.Add([]byte(m.frame))
	}
	f.Add([]byte(`{"type":"say","ref":1,"data":""}`))
	f.Fuzz(func(t *testing.T, p []byte) {
		const maxLine = 1000
		frame, err := wire.DecodeClient(p, maxLine)
		checkAgainstJSON(t, p, err)
		if err != nil {
			return
		}
		if say, ok := frame.(*wire.Say); ok {
			checkText(t, p, say.Text)
		}
		written := frame.Append(nil)
		if _, ok := frame.(*wire.Hello); ok && len(written) > wire.MaxHello {
			return // a name of nothing but control characters
		}
		again, err := wire.DecodeClient(written, maxLine)
		if err != nil || !reflect.DeepEqual(again, frame) {
			t.Fatalf("%q is read as %+v, written as %q, and that is read as %+v, %v", p, frame, written, again, err)
		}
		if stable := again.Append(nil); !bytes.Equal(stable, written) {
			t.Fatalf("%q is written as %q, then as %q", p, written, stable)
		}
	})
}

func FuzzDecodeServer(f *testing.F) {
	for _, test := range serverFrames {
		f.Add([]byte(test.written))
	}
	for _, m := range readMalformed(f) {
		f.Add([]byte(m.frame))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		const maxLine = 1000
		frame, err := wire.DecodeServer(p, maxLine)
		checkAgainstJSON(t, p, err)
		if err != nil {
			return
		}
		if line, ok := frame.(*wire.Line); ok {
			checkText(t, p, line.Text)
		}
		written := frame.Append(nil)
		again, err := wire.DecodeServer(written, 6*maxLine+4096) // names may have control characters that were not escaped
		if err != nil || !reflect.DeepEqual(again, frame) {
			t.Fatalf("%q is read as %+v, written as %q, and that is read as %+v, %v", p, frame, written, again, err)
		}
		if stable := again.Append(nil); !bytes.Equal(stable, written) {
			t.Fatalf("%q is written as %q, then as %q", p, written, stable)
		}
	})
}

func FuzzLineRoundTrip(f *testing.F) {
	f.Add([]byte("hello"), "alice", uint64(1), uint64(0), int64(0), false)
	f.Add([]byte("a\r\x00\x1B[31m\x7F\u009B\u2028\"\\/"), "\"\\", uint64(7), uint64(3), int64(1751371200007), true)
	f.Add([]byte("\xFF\xC0\xAF\xED\xA0\x80"), "", uint64(1)<<53, uint64(0), int64(-1), false)
	f.Add([]byte("あ\U0001F600\xF0\x9F\x98"), "名", uint64(0), uint64(1), int64(wire.MaxTime), true)
	f.Fuzz(func(t *testing.T, text []byte, name string, seq, ref uint64, at int64, more bool) {
		line := wire.Line{
			Seq: max(1, seq&wire.MaxNumber), Ref: ref & wire.MaxNumber, From: "p7", Name: string([]rune(name)),
			At: min(max(at, 0), wire.MaxTime), Text: text, More: more,
		}
		if len(line.Name) > wire.MaxName {
			return
		}
		written := line.Append(nil)
		if bytes.Count(written, []byte("\n")) != 1 || !json.Valid(written) {
			t.Fatalf("no JSON on one line: %q", written)
		}
		if len(line.Name) <= 128 && len(written) > wire.MaxFrame(len(text)) {
			t.Fatalf("%d bytes of text make a frame of %d", len(text), len(written))
		}
		got, err := wire.DecodeServer(written, wire.LimitMaxLine)
		if err != nil {
			t.Fatalf("%q: %v", written, err)
		}
		if back := got.(*wire.Line).Text; !bytes.Equal(back, text) {
			t.Fatalf("%q came back as %q", text, back)
		}
		got.(*wire.Line).Text = text // nil is as empty as []byte{}
		if !reflect.DeepEqual(got, &line) {
			t.Fatalf("%+v came back as %+v", line, got)
		}
		say := wire.Say{Ref: line.Seq, Text: text, More: more}
		said, err := wire.DecodeClient(say.Append(nil), wire.LimitMaxLine)
		if err != nil || !bytes.Equal(said.(*wire.Say).Text, text) || said.(*wire.Say).More != more {
			t.Fatalf("%q came back as %+v, %v", text, said, err)
		}
	})
}
