package peer_test

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"bcast/internal/contract"
	"bcast/internal/peer"
)

// A keyLog is the secrets of one connection, as package tls writes them down.
type keyLog struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *keyLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// secret returns the one with which the client's first records are encrypted.
func (l *keyLog) secret(t *testing.T) []byte {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.text.String()) {
		if words := strings.Fields(line); words[0] == "CLIENT_TRAFFIC_SECRET_0" {
			secret, err := hex.DecodeString(words[2])
			if err != nil {
				t.Fatal(err)
			}
			return secret
		}
	}
	t.Fatal("no secret was written down")
	return nil
}

// updateKeys is the record, with so many before it, of a client that has new keys, and wants
// new ones of the server, which has to tell it so (RFC 8446, 4.6.3). Package tls never begins
// with that.
func updateKeys(t *testing.T, over *tls.Conn, secret []byte, before byte) []byte {
	t.Helper()
	if suite := over.ConnectionState().CipherSuite; suite != tls.TLS_AES_128_GCM_SHA256 {
		t.Fatalf("the cipher is %s", tls.CipherSuiteName(suite))
	}
	derive := func(label string, size int) []byte { // RFC 8446, 7.1
		info := binary.BigEndian.AppendUint16(nil, uint16(size))
		info = append(append(info, byte(len("tls13 "+label))), "tls13 "+label...)
		key, err := hkdf.Expand(sha256.New, secret, string(append(info, 0)), size)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	block, err := aes.NewCipher(derive("key", 16))
	if err != nil {
		t.Fatal(err)
	}
	seal, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	const handshake, applicationData, keyUpdate, requested = 22, 23, 24, 1
	text := []byte{keyUpdate, 0, 0, 1, requested, handshake}
	header := []byte{applicationData, 3, 3, 0, byte(len(text) + seal.Overhead())}
	iv := derive("iv", 12)
	iv[len(iv)-1] ^= before
	return seal.Seal(bytes.Clone(header), iv, text, header)
}

// stick has a member that does not read want an answer of TLS, which there is no room for.
func stick(t *testing.T, changes ...func(*plan)) (v *venue, stuck *client) {
	t.Helper()
	log := new(keyLog)
	secured := overTLS(t, tls.VersionTLS13)
	v = open(t, append(changes, secured, func(p *plan) { p.tls.client.KeyLogWriter = log })...)
	stuck = v.joinSlow(t)
	update := updateKeys(t, stuck.over, log.secret(t), 0)
	speakToAll(t, v, contract.New(seed(t), 1, 7_000)) // 12 MB
	if _, err := stuck.TCPConn.Write(update); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the server is about to answer", func() bool {
		stacks := make([]byte, 1<<20)
		return strings.Contains(string(stacks[:runtime.Stack(stacks, true)]), "tls.(*Conn).handleKeyUpdate")
	})
	return v, stuck
}

func TestContract10_MemberOverTLSThatDoesNotTakeAnAnswerDoesNotHoldUpTheEnd(t *testing.T) {
	v, stuck := stick(t, func(p *plan) { p.peer.DrainTimeout = 300 * time.Millisecond })
	if err := <-stopWithin(v, 5*time.Second); err != nil {
		t.Error(err)
	}
	if got := v.members.Stats().Undelivered; got != 1 {
		t.Errorf("%d are counted as undelivered, want 1", got)
	}
	stuck.Close()
}

func TestMemberOverTLSThatDoesNotTakeAnAnswerCanBePutOut(t *testing.T) {
	v, stuck := stick(t)
	eventually(t, "who has spoken has left", func() bool { return len(v.members.Members()) == 1 })
	if !v.members.Kick(v.members.Members()[0].Connection) {
		t.Fatal("there is nobody to put out")
	}
	eventually(t, "it is out", func() bool { return v.server.Stats().Open == 0 })
	stuck.Close()
}

func TestIdleMemberOverTLSThatDoesNotTakeAnAnswerIsClosed(t *testing.T) {
	v, stuck := stick(t, func(p *plan) { p.peer.IdleTimeout = 4 * time.Second })
	eventually(t, "it is out", func() bool { return v.server.Stats().Open == 0 })
	if got := v.members.Stats(); got.Idle != 1 || got.Refused != (peer.Stats{}).Refused {
		t.Errorf("it is counted as %+v", got)
	}
	stuck.Close()
}

// TestStrangerOverTLSThatDoesNotTakeAnAnswerGoesInTime has one that wants an answer of TLS in
// the place of telling the token, over a pipe that has room for nothing.
func TestStrangerOverTLSThatDoesNotTakeAnAnswerGoesInTime(t *testing.T) {
	for name, begin := range map[string]string{"plain": "", "framed": soh} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bubble) {
				b.members.SetToken(token(b.t))
				_, ended := b.stickAtTheDoor(begin)
				start := time.Now()
				<-ended
				if took := time.Since(start); took > 10*time.Second {
					b.t.Errorf("it is gone after %v", took)
				}
				if n := b.members.Stats().Refused[peer.RefusedNoToken]; n != 1 {
					b.t.Errorf("%d are counted, want 1", n)
				}
			})
		})
		t.Run(name+", the server stops", func(t *testing.T) {
			inBubble(t, func(b *bubble) {
				b.members.SetToken(token(b.t))
				stop, ended := b.stickAtTheDoor(begin)
				start := time.Now()
				stop()
				<-ended
				if took := time.Since(start); took > 0 {
					b.t.Errorf("it is gone after %v", took)
				}
			})
		})
	}
}

// stickAtTheDoor connects over TLS, says how it begins, reads the answer, and then wants
// something that it does not read. What it returns does what a server does that stops, and
// is closed once the handler is done.
func (b *bubble) stickAtTheDoor(begin string) (stop func(), ended chan struct{}) {
	b.t.Helper()
	var p plan
	overTLS(b.t, tls.VersionTLS13)(&p)
	log := new(keyLog)
	p.tls.client.KeyLogWriter = log
	near, far := net.Pipe()
	b.t.Cleanup(func() { near.Close() })
	inner, outer := tls.Server(far, p.tls.server), tls.Client(near, p.tls.client)
	ctx, cancel := context.WithCancel(b.ctx)
	ended = make(chan struct{})
	b.serving.Go(func() {
		defer close(ended)
		if err := inner.Handshake(); err != nil {
			b.t.Error(err)
			return
		}
		b.members.Open(inner, nil)(ctx)
		inner.Close()
		far.Close()
	})
	if err := outer.Handshake(); err != nil {
		b.t.Fatal(err)
	}
	update := updateKeys(b.t, outer, log.secret(b.t), 0)
	if begin != "" {
		update = updateKeys(b.t, outer, log.secret(b.t), 1)
		if _, err := outer.Write([]byte(begin)); err != nil {
			b.t.Fatal(err)
		}
		if _, err := outer.Read(make([]byte, 1024)); err != nil {
			b.t.Fatal(err)
		}
	}
	if _, err := near.Write(update); err != nil {
		b.t.Fatal(err)
	}
	synctest.Wait()
	return func() {
		cancel()
		_ = inner.SetReadDeadline(time.Unix(1, 0))
	}, ended
}
