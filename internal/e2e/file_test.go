//go:build unix

package e2e_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"hash"
	"math/rand/v2"
	"sync"
	"syscall"
	"testing"
)

// A digest is what is left of a stream that is too long to keep.
type digest struct {
	mu  sync.Mutex
	sum hash.Hash
	n   int
}

func newDigest() *digest { return &digest{sum: sha256.New()} }

func (d *digest) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.n += len(p)
	return d.sum.Write(p)
}

func (d *digest) len() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.n
}

func (d *digest) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return fmt.Sprintf("%d bytes with SHA-256 %x", d.n, d.sum.Sum(nil))
}

// TestContract03_FileArrivesBitExact is nc -N <file, and three times nc >file.
func TestContract03_FileArrivesBitExact(t *testing.T) {
	t.Parallel()
	const size = 50 << 20
	for _, variant := range []struct {
		name        string
		first, last byte
	}{
		{"with a last newline", 'x', '\n'},
		{"without a last newline", 'x', 'x'},
		{"beginning with SOH", 0x01, 'x'},
	} {
		t.Run(variant.name, func(t *testing.T) {
			t.Parallel()
			nc := tool(t, "nc.openbsd")
			r := openRoom(t)
			host := likeNC("tcp", r.tcp)

			var readers []*process
			var read []*digest
			for n := range 3 {
				cmd, got := command(nc, host...), newDigest()
				cmd.Stdout = got
				readers, read = append(readers, run(t, cmd)), append(read, got)
				r.awaitMembers(t, n+1)
			}

			file := make([]byte, size)
			_, _ = rand.NewChaCha8([32]byte{variant.first, variant.last}).Read(file)
			file[0], file[size-1] = variant.first, variant.last
			want := newDigest()
			_, _ = want.Write(file)
			cmd := command(nc, append([]string{"-N"}, host...)...)
			cmd.Stdin = bytes.NewReader(file)
			sender := run(t, cmd)
			sender.wantExit(t, 0)
			sender.stdout.awaitAll(t, "")

			for _, got := range read {
				await(t, func() bool { return got.len() >= size },
					func() string { return fmt.Sprintf("a reader has %d bytes, want %d", got.len(), size) })
			}
			r.signal(t, syscall.SIGTERM) // nothing comes behind it
			for n, reader := range readers {
				reader.wantExit(t, 0)
				if got := read[n].String(); got != want.String() {
					t.Errorf("reader %d got %s, want %s", n, got, want)
				}
			}
			r.wantExit(t, 0)
		})
	}
}
