package peer_test

import (
	"io"
	"net"
	"strings"
	"testing"

	"bcast/internal/peer"
	"bcast/internal/wire"
)

// framings are the ways in which a venue may cut what it reads.
var framings = map[string]func(*plan){
	"line framing": func(*plan) {},
	"raw framing":  rawFraming,
}

// byteByByte has the handler read single bytes.
func byteByByte(p *plan) {
	p.wrap = func(conn net.Conn) net.Conn { return oneByteConn{conn.(*net.TCPConn)} }
}

type oneByteConn struct{ *net.TCPConn }

func (c oneByteConn) Read(p []byte) (int, error) { return c.TCPConn.Read(p[:1]) }

func asTheyAre(*plan) {}

func TestContract05_HTTPRequestIsAnsweredAndNotRelayed(t *testing.T) {
	const post = "POST / HTTP/1.1\r\nHost: localhost:1234\r\nContent-Type: text/plain\r\nContent-Length: 1000000\r\n\r\n"
	for _, test := range []struct {
		name, request string
		reads         func(*plan)
	}{
		{"GET", "GET / HTTP/1.1\r\nHost: localhost:1234\r\n\r\n", asTheyAre},
		{"POST with text", post + strings.Repeat("a line in the room\n", 1_000_000/19+1), asTheyAre},
		{"OPTIONS", "OPTIONS * HTTP/1.1\r\nHost: localhost:1234\r\nOrigin: http://evil.example\r\n\r\n", asTheyAre},
		{"another method", "patch /?q HTTP/1.1\r\nHost: localhost:1234\r\n\r\na line in the room\n", asTheyAre},
		{"a method of one letter", "x / HTTP/1.1\r\nHost: localhost:1234\r\n\r\na line in the room\n", asTheyAre},
		{"a method with a digit", "M1 / HTTP/1.1\r\nHost: localhost:1234\r\n\r\na line in the room\n", asTheyAre},
		{"a method of 33 letters", strings.Repeat("M", 33) + " / HTTP/1.1\r\nHost: localhost:1234\r\n\r\na line in the room\n", asTheyAre},
		{"a method of 20,000 letters", strings.Repeat("m", 20_000) + " / HTTP/1.1\r\nHost: localhost:1234\r\n\r\na line in the room\n", asTheyAre},
		{"absolute target", "GET http://localhost:1234/ HTTP/1.0\r\n\r\n", asTheyAre},
		{"newlines without carriage returns", "GET / HTTP/1.1\nHost: localhost:1234\n\n", asTheyAre},
		{"preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00", asTheyAre},
		{"single bytes", post + "a line in the room\n", byteByByte},
		{"a line of 70 KB", "GET /" + strings.Repeat("x", 70_000) + " HTTP/1.1\r\nHost: localhost:1234\r\n\r\n", asTheyAre},
		{"a line of 9 KB in single bytes", "GET /" + strings.Repeat("x", 9_000) + " HTTP/1.1\r\n\r\n", byteByByte},
		{"an unfinished line at the end of input", "GET / HTTP/1", asTheyAre},
	} {
		for framing, change := range framings {
			t.Run(test.name+", "+framing, func(t *testing.T) {
				v := open(t, change, test.reads)
				clients := v.join(t, 3)
				reader, sender, browser := clients[0], clients[1], clients[2]
				browser.say(test.request)
				if !strings.Contains(test.request, "\n") {
					browser.hangUp()
				}
				answer, err := io.ReadAll(browser)
				if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 400 Bad Request\r\n") ||
					!strings.Contains(string(answer), "\r\nConnection: close\r\n") {
					t.Errorf("the answer is %q (%v)", answer, err)
				}
				browser.Close()
				eventually(t, "the browser is gone", func() bool { return v.room.Stats().Members == 2 })

				sender.say("a line\n")
				reader.hears("a line\n") // and nothing before it
				reader.hangUp()
				reader.hearsEnd()
				if n := v.members.Stats().Refused[peer.RefusedHTTP]; n != 1 {
					t.Errorf("%d refused, want 1", n)
				}
			})
		}
	}
}

func TestContract05_WhatOnlyLooksLikeHTTPIsRelayed(t *testing.T) {
	on, off := asTheyAre, func(p *plan) { p.peer.HTTPGuard = false }
	for _, test := range []struct {
		name, text string
		guard      func(*plan)
	}{
		{"a method alone", "GET\n", on},
		{"two words", "HELLO WORLD\n", on},
		{"the beginning of a request", "GET / HT", on},
		{"a method, and no newline", "GET", on},
		{"another protocol", "GET / HTTQ/1.1\r\n\r\n", on},
		{"a request without a version", "GET /\r\n\r\n", on},
		{"lower case, and no path", "get x HTTP/1.1\r\n\r\n", on},
		{"a word and a path", "hello /path and so on HTTP/1.1\n", on},
		{"a word and a path, and no newline", "hello /path", on},
		{"no word", "(hello) / HTTP/1.1\r\n\r\n", on},
		{"no target", "GET  HTTP/1.1\r\n\r\n", on},
		{"a request in the second line", "hello\nGET / HTTP/1.1\r\n\r\n", on},
		{"long and without a target", "GET " + strings.Repeat("x", 9_000) + "\n", on},
		{"nothing", "", on},
		{"a request while the guard is off", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", off},
		{"a preface while the guard is off", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", off},
	} {
		for framing, change := range framings {
			for pace, reads := range map[string]func(*plan){"as it comes": asTheyAre, "in single bytes": byteByByte} {
				t.Run(test.name+", "+framing+", "+pace, func(t *testing.T) {
					v := open(t, change, test.guard, reads)
					clients := v.join(t, 2)
					reader, sender := clients[0], clients[1]
					sender.say(test.text)
					sender.hangUp()
					sender.hearsEnd()
					reader.hears(test.text)
					reader.hangUp()
					reader.hearsEnd()
					if n := v.members.Stats().Refused[peer.RefusedHTTP]; n != 0 {
						t.Errorf("%d refused, want none", n)
					}
				})
			}
		}
	}
}

// TestContract04_FirstWordsAreNotHeldBack has people type without newlines.
func TestContract04_FirstWordsAreNotHeldBack(t *testing.T) {
	v := open(t, rawFraming)
	reader := v.join(t, 1)[0]
	for _, words := range [][]string{{"h", "ello", " e", "verybody"}, {"Hello"}, {"G1"}, {strings.Repeat("x", 9_000), "x"}} {
		sender := v.join(t, 1)[0]
		for _, word := range words {
			sender.say(word)
			reader.hears(word)
		}
	}
}

// TestContract05_OfARequestInPiecesOnlyAWordIsRelayed has a first word that goes on for longer
// than anybody can wait for.
func TestContract05_OfARequestInPiecesOnlyAWordIsRelayed(t *testing.T) {
	const request = " / HTTP/1.1\r\nHost: x\r\n\r\na line in the room\n"
	for name, test := range map[string]struct {
		method string
		change func(*plan)
	}{
		"raw":                       {"patch", rawFraming},
		"longer than lines may be":  {strings.Repeat("x", wire.DefaultMaxLine), asTheyAre},
		"longer than several reads": {strings.Repeat("x", 3*wire.DefaultMaxLine), asTheyAre},
	} {
		t.Run(name, func(t *testing.T) {
			v := open(t, test.change)
			clients := v.join(t, 3)
			reader, sender, browser := clients[0], clients[1], clients[2]
			browser.say(test.method)
			reader.hears(test.method)
			browser.say(request)
			if answer, _ := io.ReadAll(browser); !strings.HasPrefix(string(answer), "HTTP/1.1 400 ") {
				t.Errorf("the answer is %q", answer)
			}
			end := "a line\n"
			sender.say(end)
			if name != "raw" {
				end = "\n" + end // the word is a line
			}
			reader.hears(end)
			if n := v.members.Stats().Refused[peer.RefusedHTTP]; n != 1 {
				t.Errorf("%d refused, want 1", n)
			}
		})
	}
}

func TestContract05_GuardLooksAtTheFirstLineOnly(t *testing.T) {
	for framing, change := range framings {
		t.Run(framing, func(t *testing.T) {
			v := open(t, change)
			clients := v.join(t, 2)
			sender, reader := clients[0], clients[1]
			for _, line := range []string{"hello\n", "GET / HTTP/1.1\r\n", "PRI * HTTP/2.0\r\n", "bye\n"} {
				sender.say(line)
				reader.hears(line)
			}
			sender.hangUp()
			sender.hearsEnd()
		})
	}
}
