package server_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"slices"
	"strings"
	"testing"

	"bcast/internal/server"
)

// listen is server.Listen, with the listeners closed when the test ends.
func listen(t *testing.T, network, address string) ([]net.Listener, error) {
	t.Helper()
	lns, err := server.Listen(t.Context(), network, address)
	t.Cleanup(func() {
		for _, ln := range lns {
			ln.Close()
		}
	})
	return lns, err
}

func addresses(lns []net.Listener) []string {
	var found []string
	for _, ln := range lns {
		found = append(found, ln.Addr().String())
	}
	return found
}

// needBothFamilies skips the test on a machine without IPv6, or without IPv4.
func needBothFamilies(t *testing.T) {
	t.Helper()
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		ln, err := net.Listen("tcp", address)
		if err != nil {
			t.Skipf("this machine lacks a family of addresses: %v", err)
		}
		ln.Close()
	}
}

func TestLocalhostIsBothLoopbacksOnOnePort(t *testing.T) {
	needBothFamilies(t)
	lns, err := listen(t, "tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	port := lns[0].Addr().(*net.TCPAddr).Port
	want := []string{fmt.Sprintf("127.0.0.1:%d", port), fmt.Sprintf("[::1]:%d", port)}
	if got := addresses(lns); port == 0 || !slices.Equal(got, want) {
		t.Errorf("listens on %q, want %q", got, want)
	}
}

func TestLocalhostIsInUseWhereOneFamilyIs(t *testing.T) {
	needBothFamilies(t)
	for _, host := range []string{"127.0.0.1", "::1"} {
		t.Run(host, func(t *testing.T) {
			taken, err := listen(t, "tcp", net.JoinHostPort(host, "0"))
			if err != nil {
				t.Fatal(err)
			}
			_, port, _ := net.SplitHostPort(taken[0].Addr().String())

			_, err = listen(t, "tcp", "localhost:"+port)
			if !errors.Is(err, server.ErrInUse) || !strings.Contains(err.Error(), taken[0].Addr().String()) {
				t.Errorf("error %v, want one that %s is in use", err, taken[0].Addr())
			}
			taken[0].Close()
			if _, err := listen(t, "tcp", "localhost:"+port); err != nil {
				t.Errorf("a listener was left open: %v", err)
			}
		})
	}
}

// loopback is a machine of which the test says what it has: the errors of listening
// on an address, in order, and then none. Port 0 gives 1001, 1002 and so on.
type loopback struct {
	errs map[string][]error
	port int
	open []string
}

func (l *loopback) listen(_ context.Context, _, address string) (net.Listener, error) {
	host, _, _ := net.SplitHostPort(address)
	addr, _ := net.ResolveTCPAddr("tcp", address)
	if errs := l.errs[host]; len(errs) > 0 {
		l.errs[host] = errs[1:]
		if errs[0] != nil {
			return nil, &net.OpError{Op: "listen", Net: "tcp", Addr: addr, Err: os.NewSyscallError("bind", errs[0])}
		}
	}
	if addr.Port == 0 {
		l.port++
		addr.Port = 1000 + l.port
	}
	l.open = append(l.open, addr.String())
	return &loopbackListener{machine: l, addr: addr}, nil
}

type loopbackListener struct {
	net.Listener
	machine *loopback
	addr    *net.TCPAddr
}

func (l *loopbackListener) Addr() net.Addr { return l.addr }

func (l *loopbackListener) Close() error {
	l.machine.open = slices.DeleteFunc(l.machine.open, func(s string) bool { return s == l.addr.String() })
	return nil
}

func TestLocalhostMakesDoWithWhatTheMachineHas(t *testing.T) {
	none, inUse := server.ErrsNoFamily, server.ErrInUse
	for name, test := range map[string]struct {
		port string
		errs map[string][]error
		want []string
		err  error
	}{
		"no IPv6":            {"5", map[string][]error{"::1": {none[0]}}, []string{"127.0.0.1:5"}, nil},
		"no IPv6 at all":     {"0", map[string][]error{"::1": {none[1]}}, []string{"127.0.0.1:1001"}, nil},
		"no IPv4":            {"5", map[string][]error{"127.0.0.1": {none[0]}}, []string{"[::1]:5"}, nil},
		"neither":            {"5", map[string][]error{"127.0.0.1": {none[1]}, "::1": {none[1]}}, nil, none[1]},
		"chosen port taken":  {"0", map[string][]error{"::1": {inUse, inUse}}, []string{"127.0.0.1:1003", "[::1]:1003"}, nil},
		"always taken":       {"0", map[string][]error{"::1": slices.Repeat([]error{inUse}, 100)}, nil, inUse},
		"wanted port taken":  {"5", map[string][]error{"::1": {inUse}}, nil, inUse},
		"wanted, not let":    {"5", map[string][]error{"::1": {fs.ErrPermission}}, nil, fs.ErrPermission},
		"a port with a name": {"http", nil, []string{"127.0.0.1:80", "[::1]:80"}, nil},
		"no port is port 0":  {"", nil, []string{"127.0.0.1:1001", "[::1]:1001"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			machine := &loopback{errs: test.errs}
			lns, err := server.ListenLoopback(t.Context(), test.port, machine.listen)
			if got := addresses(lns); !slices.Equal(got, test.want) || !errors.Is(err, test.err) {
				t.Errorf("listens on %q, error %v; want %q, %v", got, err, test.want, test.err)
			}
			if !slices.Equal(machine.open, test.want) {
				t.Errorf("left open: %q", machine.open)
			}
		})
	}
}

func TestOtherHostsAreOneListener(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", ":0"} {
		if lns, err := listen(t, "tcp", address); err != nil || len(lns) != 1 {
			t.Errorf("%s: listens on %q, error %v", address, addresses(lns), err)
		}
	}
}

func TestAddressesThatCannotBeAreNamedInTheError(t *testing.T) {
	for network, list := range map[string][]string{
		"tcp":  {"localhost", "localhost:99999", "localhost:no-such-port", "192.0.2.1:1234"},
		"unix": {"", "no/such/directory"},
		"udp":  {"127.0.0.1:1234"},
	} {
		for _, address := range list {
			if _, err := listen(t, network, address); err == nil || !strings.Contains(err.Error(), address) {
				t.Errorf("%s %q: error %v, want one that names the address", network, address, err)
			}
		}
	}
}
