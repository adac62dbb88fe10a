package wire_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"bcast/internal/wire"
)

const (
	nonce  = "9f86d081884c7d65"
	secret = "00112233445566778899aabbccddeeff"
)

var (
	session, _ = wire.ParseSession(secret)
	proof      = strings.Repeat("0f", 32)
)

// clientFrames are frames as they are written, byte for byte.
var clientFrames = []struct {
	frame   wire.ClientFrame
	written string
}{
	{&wire.Hello{Nonce: nonce}, `{"type":"hello","nonce":"` + nonce + `"}`},
	{
		&wire.Hello{
			Nonce: nonce, Name: "alice", Auth: proof, Lag: wire.LagSkip,
			Resume: &wire.Resume{Session: session, Epoch: "e1", Seq: 1200},
		},
		`{"type":"hello","nonce":"` + nonce + `","name":"alice","resume":{"session":"` + secret +
			`","epoch":"e1","seq":1200},"auth":"` + proof + `","lag":"skip"}`,
	},
	{&wire.Say{Ref: 18, Text: []byte("good morning")}, `{"type":"say","ref":18,"text":"good morning"}`},
	{&wire.Say{Ref: 1, Text: []byte{}}, `{"type":"say","ref":1,"text":""}`},
	{&wire.Say{Ref: 1, Text: []byte("a\nb\r"), More: true}, `{"type":"say","ref":1,"text":"a\nb\r","more":true}`},
	{&wire.Say{Ref: wire.MaxNumber, Text: []byte("\xFF\x00")}, `{"type":"say","ref":9007199254740991,"data":"/wA="}`},
	{&wire.SetName{Name: "花子"}, `{"type":"name","name":"花子"}`},
	{&wire.SetName{}, `{"type":"name","name":""}`},
	{&wire.Ping{}, `{"type":"ping"}`},
	{&wire.Ping{ID: "a b\n"}, `{"type":"ping","id":"a b\n"}`},
	{&wire.Unknown{Type: "wave"}, `{"type":"wave"}`},
}

var serverFrames = []struct {
	frame   wire.ServerFrame
	written string
}{
	{
		&wire.Welcome{
			Nonce: nonce, Session: session, You: wire.Member{ID: "p7", Name: "alice"}, Epoch: "e1",
			Seq: 1201, Acked: 17, Count: 12, Peers: []wire.Member{{ID: "p3", Name: "bob"}, {ID: "p4", Name: "guest-4"}},
		},
		`{"type":"welcome","nonce":"` + nonce + `","session":"` + secret + `","you":{"id":"p7","name":"alice"},` +
			`"epoch":"e1","seq":1201,"acked":17,"missed":0,"count":12,` +
			`"peers":[{"id":"p3","name":"bob"},{"id":"p4","name":"guest-4"}]}`,
	},
	{
		&wire.Welcome{
			Nonce: nonce, Session: session, You: wire.Member{ID: "p7", Name: "a"}, Epoch: "e1",
			Seq: 1, Missed: 3, Count: 1, Peers: []wire.Member{}, Auth: proof, MaxLine: 1 << 20,
		},
		`{"type":"welcome","nonce":"` + nonce + `","session":"` + secret + `","you":{"id":"p7","name":"a"},` +
			`"epoch":"e1","seq":1,"acked":0,"missed":3,"count":1,"peers":[],"auth":"` + proof + `","max_line":1048576}`,
	},
	{
		&wire.Line{Seq: 1201, From: "p3", Name: "bob", At: 1751371200007, Text: []byte("hello")},
		`{"type":"line","seq":1201,"from":"p3","name":"bob","at":"2025-07-01T12:00:00.007Z","text":"hello"}`,
	},
	{
		&wire.Line{Seq: 1, From: "p3", Name: "\"\\", Text: []byte("\x00\x1B\x7F\u009F\u00A0\u2028/"), More: true, Ref: 4},
		`{"type":"line","seq":1,"from":"p3","name":"\"\\","at":"1970-01-01T00:00:00.000Z",` +
			`"text":"\u0000\u001b\u007f\u009f` + "\u00A0\u2028" + `/","more":true,"ref":4}`,
	},
	{
		&wire.Line{Seq: 1, From: "p3", Name: "b", At: wire.MaxTime, Text: []byte("a\xC0\xAF"), More: true},
		`{"type":"line","seq":1,"from":"p3","name":"b","at":"9999-12-31T23:59:59.999Z","data":"YcCv","more":true}`,
	},
	{&wire.Join{Member: wire.Member{ID: "p3", Name: "bob"}, Count: 2}, `{"type":"join","id":"p3","name":"bob","count":2}`},
	{&wire.Leave{Member: wire.Member{ID: "p3", Name: "bob"}, Count: 1}, `{"type":"leave","id":"p3","name":"bob","count":1}`},
	{
		&wire.Rename{Member: wire.Member{ID: "p3", Name: "robert"}, Old: "bob"},
		`{"type":"rename","id":"p3","name":"robert","old":"bob"}`,
	},
	{&wire.Rename{Member: wire.Member{ID: "p3", Name: "robert"}}, `{"type":"rename","id":"p3","name":"robert"}`},
	{&wire.Count{Count: 501}, `{"type":"count","count":501}`},
	{&wire.Gap{Missed: 7}, `{"type":"gap","missed":7}`},
	{&wire.Pong{}, `{"type":"pong"}`},
	{&wire.Pong{ID: "7"}, `{"type":"pong","id":"7"}`},
	{&wire.Error{Code: wire.CodeName, Message: "no"}, `{"type":"error","code":"name","message":"no"}`},
	{
		&wire.Error{Code: wire.CodeRef, Message: "no", Ref: 3, Fatal: true},
		`{"type":"error","code":"ref","message":"no","ref":3,"fatal":true}`,
	},
	{&wire.Bye{Reason: wire.ByeStopping}, `{"type":"bye","reason":"stopping"}`},
	{&wire.Unknown{Type: "wave"}, `{"type":"wave"}`},
}

func TestFramesAreWrittenAndReadAsSpecified(t *testing.T) {
	for _, test := range clientFrames {
		if got := string(test.frame.Append([]byte("before "))); got != "before "+test.written+"\n" {
			t.Errorf("%T is written\n%swant\n%s", test.frame, got, test.written)
		}
		for _, end := range []string{"", "\n", " \r\n"} {
			got, err := wire.DecodeClient([]byte(test.written+end), wire.DefaultMaxLine)
			if err != nil || !reflect.DeepEqual(got, test.frame) {
				t.Errorf("%s is read as %+v, %v", test.written, got, err)
			}
		}
	}
	for _, test := range serverFrames {
		if got := string(test.frame.Append([]byte("before "))); got != "before "+test.written+"\n" {
			t.Errorf("%T is written\n%swant\n%s", test.frame, got, test.written)
		}
		for _, end := range []string{"", "\n", " \r\n"} {
			got, err := wire.DecodeServer([]byte(test.written+end), wire.DefaultMaxLine)
			if err != nil || !reflect.DeepEqual(got, test.frame) {
				t.Errorf("%s is read as %+v, %v", test.written, got, err)
			}
		}
	}
}

// later is what a later version might add to any frame.
const later = `"later":{"a":[1,-2.5e+3,null,true,false,"\ud83d\ude00"],"b":{}},"\u0000":"","MORE":[],`

func TestLaterVersionsMayAddFields(t *testing.T) {
	for _, test := range clientFrames {
		frame := "{" + later + test.written[1:]
		got, err := wire.DecodeClient([]byte(frame), wire.DefaultMaxLine)
		if err != nil || !reflect.DeepEqual(got, test.frame) {
			t.Errorf("%s is read as %+v, %v", frame, got, err)
		}
	}
	for _, test := range serverFrames {
		frame := "{" + strings.ReplaceAll(test.written[1:], `{"id"`, "{"+later+`"id"`)
		got, err := wire.DecodeServer([]byte(frame), wire.DefaultMaxLine)
		if err != nil || !reflect.DeepEqual(got, test.frame) {
			t.Errorf("%s is read as %+v, %v", frame, got, err)
		}
	}
}

func TestFieldsOfOtherFramesAreNotLookedAt(t *testing.T) {
	const frame = `{"seq":"x","type":"ping","text":1,"data":2,"peers":{},"resume":null}`
	got, err := wire.DecodeClient([]byte(frame), wire.DefaultMaxLine)
	if _, ok := got.(*wire.Ping); !ok || err != nil {
		t.Errorf("got %+v, %v, want a ping", got, err)
	}
}

func TestFalseAndEscapesAreReadAsWhatTheyMean(t *testing.T) {
	frame := `{"t\u0079pe":"s\u0061y","ref":2,"more":false,"text":"\u00e9\ud83D\uDE00\/\b\f\"\\"}`
	got, err := wire.DecodeClient([]byte(frame), wire.DefaultMaxLine)
	want := &wire.Say{Ref: 2, Text: []byte("é😀/\b\f\"\\")}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	frame = `{"type":"say","ref":2,"data":"\/\u0077A="}`
	got, err = wire.DecodeClient([]byte(frame), wire.DefaultMaxLine)
	if want := (&wire.Say{Ref: 2, Text: []byte("\xFF\x00")}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

func TestFramesShowATerminalNoControlCharacter(t *testing.T) {
	var all []byte
	for c := range rune(0x100) {
		all = append(all, string(c)...)
	}
	frames := [][]byte{
		(&wire.Line{Seq: 1, From: "p1", Name: string(all), Text: all}).Append(nil),
		(&wire.Error{Code: "name", Message: string(all)}).Append(nil),
		(&wire.Ping{ID: string(all)}).Append(nil),
	}
	for _, frame := range frames {
		for _, c := range string(bytes.TrimSuffix(frame, []byte("\n"))) {
			if c < ' ' || 0x7F <= c && c <= 0x9F {
				t.Errorf("%U stands in %q", c, frame)
			}
		}
		if !json.Valid(frame) {
			t.Errorf("no JSON: %q", frame)
		}
	}
}

func TestWhatIsNoUTF8IsReplacedOutsideOfLines(t *testing.T) {
	got := string((&wire.SetName{Name: "\xFFa\xE3\x81"}).Append(nil))
	if want := "{\"type\":\"name\",\"name\":\"\uFFFDa\uFFFD\uFFFD\"}\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestMessageOfAnErrorIsCutBetweenCharacters(t *testing.T) {
	frame := (&wire.Error{Code: "name", Message: strings.Repeat("名", 1000)}).Append(nil)
	got, err := wire.DecodeServer(frame, wire.DefaultMaxLine)
	if err != nil {
		t.Fatal(err)
	}
	if got := got.(*wire.Error).Message; got != strings.Repeat("名", wire.MaxMessage/3) {
		t.Errorf("%d bytes: %q", len(got), got)
	}
}

func TestTextOfAFrameDoesNotGrowIntoWhatFollows(t *testing.T) {
	frame := []byte(`{"type":"say","text":"a","ref":1}`)
	before := bytes.Clone(frame)
	got, err := wire.DecodeClient(frame, wire.DefaultMaxLine)
	if err != nil {
		t.Fatal(err)
	}
	_ = append(got.(*wire.Say).Text, "\n"...)
	if !bytes.Equal(frame, before) {
		t.Errorf("appending to the text made the frame %q", frame)
	}
}

func TestFrameErrorTellsWhichMessageItIsAbout(t *testing.T) {
	_, err := wire.DecodeClient([]byte(`{"ref":7,"text":5,"type":"say"}`), wire.DefaultMaxLine)
	var wrong *wire.FrameError
	if !errors.As(err, &wrong) || wrong.Ref != 7 || wrong.Type != "say" || wrong.Offset != 16 {
		t.Errorf("got %+v, want one about ref 7 of a say, at byte 16", wrong)
	}
	if want := "text is to be a string (type, byte 16 of the frame)"; wrong.Error() != want {
		t.Errorf("it says %q, want %q", wrong, want)
	}
	_, err = wire.DecodeClient([]byte(`{"type":"hello","nonce":"short"}`), wire.DefaultMaxLine)
	if !errors.As(err, &wrong) || wrong.Type != "hello" {
		t.Errorf("got %+v, want one about a hello", wrong)
	}
}
