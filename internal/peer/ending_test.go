package peer_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"bcast/internal/peer"
	"bcast/internal/room"
)

// A logbook is a log that can be read meanwhile.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// entries returns what was logged with a message.
func (l *logbook) entries(t *testing.T, message string) (found []map[string]any) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range bytes.Lines(l.text.Bytes()) {
		var entry map[string]any
		if err := json.Unmarshal(line, &entry); err != nil {
			t.Fatal(err)
		}
		if entry["msg"] == message {
			found = append(found, entry)
		}
	}
	return found
}

// openLogged opens a venue whose log is read.
func openLogged(t *testing.T, changes ...func(*plan)) (*venue, *logbook) {
	t.Helper()
	book := new(logbook)
	return open(t, append(changes, func(p *plan) { p.peer.Logger = slog.New(slog.NewJSONHandler(book, nil)) })...), book
}

// TestEachConnectionIsLoggedAsItComesAndGoes has one connection after the other end in each way.
func TestEachConnectionIsLoggedAsItComesAndGoes(t *testing.T) {
	short := func(p *plan) { p.room.Patience, p.room.Backlog = 50*time.Millisecond, room.MinBacklog(p.room.MaxChunk) }
	tests := map[string]struct {
		change func(*plan)
		visit  func(v *venue, c *client)
		ending peer.Ending
		want   map[string]any // of what is logged
	}{
		"it closes": {
			visit:  func(_ *venue, c *client) { c.say("one\ntwo\n"); c.hangUp(); c.hearsEnd() },
			ending: peer.EndedEOF,
			want:   map[string]any{"reason": "eof", "dialect": "plain", "name": "guest-1", "bytes_in": 8.0, "bytes_out": 0.0, "lines_in": 2.0, "lines_out": 0.0},
		},
		"it breaks off": {
			visit: func(v *venue, c *client) {
				c.say("one\n")
				v.published(t, 4)
				_ = c.SetLinger(0)
				c.Close()
			},
			ending: peer.EndedReset,
			want:   map[string]any{"reason": "reset", "bytes_in": 4.0, "lines_in": 1.0},
		},
		"it is put out": {
			visit:  func(v *venue, c *client) { v.members.Kick(v.member(t, c).Connection) },
			ending: peer.EndedKicked,
			want:   map[string]any{"reason": "kicked"},
		},
		"it speaks HTTP": {
			visit: func(_ *venue, c *client) {
				c.say("GET / HTTP/1.1\r\n")
				answer, err := http.ReadResponse(bufio.NewReader(c), nil)
				if err == nil {
					_, err = io.Copy(io.Discard, answer.Body)
				}
				if err != nil {
					t.Error(err)
				}
			},
			ending: peer.EndedRefused,
			want:   map[string]any{"reason": "refused", "refused": "http", "dialect": ""},
		},
		"it says nothing": {
			change: func(p *plan) { p.peer.IdleTimeout = 500 * time.Millisecond },
			visit:  func(_ *venue, c *client) { c.hearsEnd() },
			ending: peer.EndedIdle,
			want:   map[string]any{"reason": "idle"},
		},
		"it says hello too late": {
			visit: func(_ *venue, c *client) {
				c.say("hi\n{\"type\":\"hello\",\"nonce\":\"0123456789abcdef\"}\n")
				c.hearsEnd()
			},
			ending: peer.EndedProtocol,
			want:   map[string]any{"reason": "protocol", "lines_in": 1.0},
		},
		"it does not read": {
			change: short,
			visit: func(v *venue, c *client) {
				flood := strings.Repeat(strings.Repeat("x", 999)+"\n", 1000)
				sender := v.dial(t)
				for v.room.Stats().Cuts[room.Stalled] == 0 {
					sender.say(flood)
				}
				sender.Close()
				_ = c
			},
			ending: peer.EndedCut,
			want:   map[string]any{"reason": "cut", "cut": "stalled"},
		},
		"the server stops": {
			visit: func(v *venue, _ *client) {
				if err := v.stop(); err != nil {
					t.Error(err)
				}
			},
			ending: peer.EndedStopping,
			want:   map[string]any{"reason": "stopping"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			change := test.change
			if change == nil {
				change = func(*plan) {}
			}
			v, book := openLogged(t, change)
			c := v.joinSlow(t)
			test.visit(v, c)
			eventually(t, "it is counted", func() bool { return v.members.Traffic().Ended[test.ending] == 1 })
			entry := func(message string) (one map[string]any) {
				eventually(t, message+" is logged", func() bool {
					for _, e := range book.entries(t, message) {
						if e["remote"] == c.LocalAddr().String() {
							one = e
						}
					}
					return one != nil
				})
				return one
			}
			if test.ending == peer.EndedRefused && entry("refused a client")["connection"] != 1.0 {
				t.Error("the refusal is logged without its number")
			}
			came, gone := entry("connected"), entry("closed")
			if came["connection"] != 1.0 || gone["connection"] != 1.0 || gone["duration"] == "" {
				t.Errorf("it came as %v and went as %v, want both with its number", came, gone)
			}
			for key, want := range test.want {
				if gone[key] != want {
					t.Errorf("%s is %v, want %v in %v", key, gone[key], want, gone)
				}
			}
		})
	}
}

func TestFramedMemberIsLoggedWithItsName(t *testing.T) {
	v, book := openLogged(t)
	hanako, bob := v.named(t, "hanako"), v.dial(t)
	bob.say("one\ntwo\n")
	eventually(t, "she has it", func() bool { return v.members.Traffic().Delivered == 2 })
	hanako.say(fmt.Sprintf("{\"type\":\"say\",\"ref\":%d,\"text\":\"hi\"}\n", 1))
	eventually(t, "it is said", func() bool { return v.room.Stats().Lines == 3 })
	hanako.Close()
	eventually(t, "it is logged", func() bool { return len(book.entries(t, "closed")) == 1 })
	gone := book.entries(t, "closed")[0]
	if gone["dialect"] != "framed" || gone["name"] != "hanako" || gone["lines_in"] != 1.0 || gone["lines_out"] == 0.0 || gone["bytes_out"] == 0.0 {
		t.Errorf("it went as %v", gone)
	}
}

// TestTrafficCountsThoseWhoHaveLeft has members come and go who hear one another.
func TestTrafficCountsThoseWhoHaveLeft(t *testing.T) {
	v := open(t)
	clients := v.join(t, 3)
	hanako := v.named(t, "hanako")
	clients[0].say("one\ntwo\n")
	clients[1].hears("one\ntwo\n")
	clients[2].hears("one\ntwo\n")
	var now peer.Traffic
	eventually(t, "all is delivered", func() bool {
		now = v.members.Traffic()
		return now.Delivered == 2*3 && now.Behind == 0 && now.BehindFrames == 0
	})
	if now.Plain != 3 || now.Framed != 1 || now.Unknown != 0 || now.Received <= 8 || now.Sent <= 16 {
		t.Errorf("traffic is %+v", now)
	}
	for _, c := range append(clients, hanako.client) {
		c.Close()
	}
	eventually(t, "all are gone", func() bool { return len(v.members.Members()) == 0 })
	then := v.members.Traffic()
	if then.Received != now.Received || then.Sent < now.Sent || then.Delivered != now.Delivered || then.Plain+then.Framed != 0 {
		t.Errorf("traffic is %+v, and was %+v", then, now)
	}
}
