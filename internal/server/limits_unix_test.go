//go:build unix

package server_test

import (
	"testing"

	"golang.org/x/sys/unix"

	"bcast/internal/server"
)

func TestDefaultMaxConnsFollowsTheDescriptorLimit(t *testing.T) {
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &before); err != nil {
			t.Error(err)
		}
	})
	for _, test := range []struct {
		limit unix.Rlimit
		want  int
	}{
		{unix.Rlimit{Cur: 1024, Max: before.Max}, 960},
		{unix.Rlimit{Cur: 100, Max: before.Max}, 50}, // the reserve would leave too few
		{unix.Rlimit{Cur: 64, Max: before.Max}, 32},
	} {
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &test.limit); err != nil {
			t.Skipf("the limit of descriptors cannot be changed here: %v", err)
		}
		if got := server.DefaultMaxConns(); got != test.want {
			t.Errorf("with %d descriptors it is %d, want %d", test.limit.Cur, got, test.want)
		}
	}
}
