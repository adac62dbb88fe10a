package peer_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"runtime"
	"strings"
	"sync"
	"testing"
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

// updateKeys is the first record of a client that has new keys, and wants new ones of the
// server, which has to tell it so (RFC 8446, 4.6.3). Package tls never begins with that.
func updateKeys(t *testing.T, over *tls.Conn, secret []byte) []byte {
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
	return seal.Seal(bytes.Clone(header), derive("iv", 12), text, header)
}

// stick has a member that does not read want an answer of TLS, which there is no room for.
func stick(t *testing.T, changes ...func(*plan)) (v *venue, stuck *client) {
	t.Helper()
	log := new(keyLog)
	secured := overTLS(t, tls.VersionTLS13)
	v = open(t, append(changes, secured, func(p *plan) { p.tls.client.KeyLogWriter = log })...)
	stuck = v.joinSlow(t)
	update := updateKeys(t, stuck.over, log.secret(t))
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
