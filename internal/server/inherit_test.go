//go:build unix

package server_test

import (
	"errors"
	"net"
	"os"
	"testing"

	"bcast/internal/server"
)

// owner listens as a service manager does, which never accepts.
func owner(t *testing.T, network, address string) net.Listener {
	t.Helper()
	var lc net.ListenConfig
	lc.SetMultipathTCP(false) // as with a socket unit that does not ask for it
	ln, err := lc.Listen(t.Context(), network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	return ln
}

// descriptor is a copy of the descriptor of a listener or a connection.
func descriptor(t *testing.T, of any) *os.File {
	t.Helper()
	file, err := of.(interface{ File() (*os.File, error) }).File()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// inherit gives a socket away; it stays its owner's.
func inherit(t *testing.T, owner net.Listener) net.Listener {
	t.Helper()
	ln, err := server.Inherit(descriptor(t, owner))
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

func TestAnInheritedSocketOutlivesTheServer(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		t.Run(network, func(t *testing.T) {
			t.Chdir(t.TempDir())
			address := map[string]string{"tcp": "127.0.0.1:0", "unix": socketPath}[network]
			manager := owner(t, network, address)

			first := newServer(t, server.Config{Handler: echo})
			start(t, first, inherit(t, manager))
			wantRoundTrip(t, manager.Addr()).Close()
			if err := first.Shutdown(t.Context()); err != nil {
				t.Fatal(err)
			}
			between, err := dialAddr(t, manager.Addr()) // no server is there
			if err != nil {
				t.Fatalf("somebody was refused between two servers: %v", err)
			}
			start(t, newServer(t, server.Config{Handler: echo}), inherit(t, manager))
			roundTrip(t, between)
			between.Close()
		})
	}
}

func TestASocketOfMultipathTCPIsInheritedToo(t *testing.T) {
	var lc net.ListenConfig
	lc.SetMultipathTCP(true)
	manager, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer manager.Close()
	start(t, newServer(t, server.Config{Handler: echo}), inherit(t, manager))
	wantRoundTrip(t, manager.Addr())
}

func TestASuspendedServerClosesWhatAnInheritedSocketAccepts(t *testing.T) {
	srv := newServer(t, server.Config{Handler: echo})
	manager := owner(t, "tcp", "127.0.0.1:0")
	start(t, srv, inherit(t, manager))
	wantRoundTrip(t, manager.Addr())
	srv.Suspend()
	conn, err := dialAddr(t, manager.Addr())
	if err != nil {
		t.Fatal(err)
	}
	wantClosed(t, conn)
	if got := srv.Stats().Refused[server.RefusedSuspended]; got != 1 {
		t.Errorf("%d were refused, want 1", got)
	}
	if err := srv.Resume(); err != nil {
		t.Fatal(err)
	}
	wantRoundTrip(t, manager.Addr())
}

func TestWhatIsNoListeningSocketIsNotInherited(t *testing.T) {
	manager := owner(t, "tcp", "127.0.0.1:0")
	connected := dialTCP(t, manager.Addr().String())
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer packets.Close()
	file, err := os.Create(t.TempDir() + "/file")
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]*os.File{
		"connected": descriptor(t, connected), "packets": descriptor(t, packets), "a file": file,
	} {
		t.Run(name, func(t *testing.T) {
			ln, err := server.Inherit(file)
			if !errors.Is(err, server.ErrNotListening) {
				t.Errorf("inherited %v, error %v", ln, err)
			}
			if err := file.Close(); !errors.Is(err, os.ErrClosed) {
				t.Errorf("the descriptor is still open: %v", err)
			}
		})
	}
}
