package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"runtime"

	"bcast/internal/certificate"
	"bcast/internal/config"
	"bcast/internal/server"
	"bcast/internal/wire"
)

// guardFlags say who may in.
func guardFlags() []config.Flag {
	return []config.Flag{
		{
			Name: "allow", Kind: config.List, Category: guarding, DefaultText: "all",
			Usage: "`CIDR` of the addresses that may connect, such as 192.168.0.0/16; may be given several times",
		},
		{
			Name: "deny", Kind: config.List, Category: guarding, DefaultText: "none",
			Usage: "`CIDR` of addresses that may not, also where --allow has them; may be given several times",
		},
		{
			Name: "token-file", Kind: config.File, Category: guarding, DefaultText: "no token",
			Usage: "`FILE` with the token that a client has to have: for nc it is the first line, bcast-client proves that it has it",
		},
		{
			Name: "tls-listen", Kind: config.List, Category: guarding,
			Usage: "`ADDRESS` to listen on for TLS, host:port or unix:/path; may be given several times",
		},
		{Name: "tls-cert", Kind: config.File, Category: guarding, Usage: "`FILE` with the certificate for --tls-listen, in PEM; bcast-server cert makes one"},
		{Name: "tls-key", Kind: config.File, Category: guarding, Usage: "`FILE` with its key"},
		{Name: "tls-client-ca", Kind: config.File, Category: guarding, Usage: "`FILE` with the authorities of which one has to have signed the certificate of a client"},
		{Name: "sanitize", Kind: config.Switch, Category: guarding, Usage: "show escape sequences and control characters instead of relaying them, for people at a bare nc"},
	}
}

// guards are what those flags say.
type guards struct {
	access    server.Access
	tokenFile string // empty: no token
	tlsListen []config.Addr
	cert, key string // of TLS
	clientCA  string // empty: clients need no certificate
	sanitize  bool
}

func readGuards(v *config.Values) guards {
	g := guards{
		access:    server.Access{Allow: prefixes(v, "allow"), Deny: prefixes(v, "deny")},
		tokenFile: v.Text("token-file"),
		cert:      v.Text("tls-cert"),
		key:       v.Text("tls-key"),
		clientCA:  v.Text("tls-client-ca"),
		sanitize:  v.Switch("sanitize"),
	}
	if len(v.List("tls-listen")) > 0 {
		g.tlsListen = v.Addrs("tls-listen")
	}
	switch hasPair := g.cert != "" && g.key != ""; {
	case activated() && g.cert+g.key != "" && !hasPair:
		v.Fail("tls-cert", errors.New("TLS needs --tls-cert and --tls-key"))
	case activated(): // which sockets there are, is seen when they are taken
	case len(g.tlsListen) > 0 && !hasPair:
		v.Fail("tls-listen", errors.New("TLS needs --tls-cert and --tls-key"))
	case len(g.tlsListen) == 0 && g.cert+g.key+g.clientCA != "":
		v.Fail("tls-cert", errors.New("there is no --tls-listen that it is for"))
	}
	return g
}

// prefixes are the addresses that a flag gives: CIDRs, or single ones.
func prefixes(v *config.Values, flag string) (all []netip.Prefix) {
	for _, text := range v.List(flag) {
		prefix, err := netip.ParsePrefix(text)
		if addr, single := netip.ParseAddr(text); single == nil {
			prefix, err = addr.Prefix(addr.BitLen())
		}
		if err != nil {
			v.Fail(flag, fmt.Errorf("%q is no range of addresses: write it like 192.168.0.0/16, fd00::/8 or 10.1.2.3", text))
		}
		all = append(all, prefix)
	}
	return all
}

// keep tells whether not everybody may in who can connect to a listener.
func (g guards) keep(ln listener) bool {
	return len(g.access.Allow) > 0 || g.tokenFile != "" || ln.tls && g.clientCA != ""
}

// A gate is who may in, as files have it that can change.
type gate struct {
	guards
	log         *slog.Logger
	certificate *certificate.Certificate // nil: no TLS
	authorities *certificate.Authorities // nil: clients need no certificate
}

// openGate reads the files that there are.
func openGate(g guards, log *slog.Logger) (*gate, error) {
	gate := &gate{guards: g, log: log}
	var err error
	if g.cert != "" {
		if gate.certificate, err = certificate.Load(g.cert, g.key, log); err != nil {
			return nil, err
		}
		gate.warnOfReaders(g.key)
	}
	if g.clientCA != "" {
		if gate.authorities, err = certificate.LoadAuthorities(g.clientCA, log); err != nil {
			return nil, err
		}
	}
	return gate, nil
}

// tls is how TLS is spoken.
func (g *gate) tls() *tls.Config { return certificate.ServerConfig(g.certificate, g.authorities) }

// token reads the token; the zero one is none.
func (g *gate) token() (wire.RoomToken, error) {
	if g.tokenFile == "" {
		return wire.RoomToken{}, nil
	}
	text, err := os.ReadFile(g.tokenFile)
	if err != nil {
		return wire.RoomToken{}, tokenError{fmt.Errorf("cannot read the token: %w", err)}
	}
	token, err := wire.ParseRoomToken(text)
	if err != nil {
		return wire.RoomToken{}, tokenError{fmt.Errorf("%s has no token: %w", g.tokenFile, err)}
	}
	g.warnOfReaders(g.tokenFile)
	return token, nil
}

// warnOfReaders says of a file with a secret that everybody on this machine may read it.
func (g *gate) warnOfReaders(file string) {
	const others = 0o004
	if info, err := os.Stat(file); err == nil && runtime.GOOS != "windows" && info.Mode()&others != 0 {
		g.log.Warn("every user of this machine may read a secret of the room's: see chmod o-r", "file", file)
	}
}
