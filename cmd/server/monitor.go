package main

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"bcast/internal/admin"
	"bcast/internal/config"
	"bcast/internal/server"
)

func adminFlag() config.Flag {
	return config.Flag{
		Name: "admin", Kind: config.Address, Category: operating, DefaultText: "none",
		Usage: "`ADDRESS` to show metrics, health and profiles on over HTTP, host:port or unix:/path; a port alone, as in :9090, is for this machine only",
	}
}

// adminAddr reads the address of --admin. Whoever does not say which host means this one.
func adminAddr(v *config.Values) config.Addr {
	text := v.Text("admin")
	if text == "" {
		return config.Addr{}
	}
	if port := strings.TrimPrefix(text, ":"); port != "" && strings.Trim(port, "0123456789") == "" {
		text = "localhost:" + port
	}
	addr, err := config.ParseAddr(text)
	if err == nil && addr.Network == "tcp" && !hasPort(text, addr) {
		err = fmt.Errorf("%q has no port: write a port, host:port, or unix:/path", text)
	}
	if err != nil {
		v.Fail("admin", err)
	}
	return addr
}

// hasPort tells whether text, which was read as addr, names the port itself.
func hasPort(text string, addr config.Addr) bool {
	port := addr.Address[strings.LastIndex(addr.Address, ":"):]
	return strings.HasSuffix(text, port) && addr.Address != "["+text+"]"+port
}

// openMonitor shows how the server is, if there is an address for that, until close is called.
func openMonitor(ctx context.Context, s settings, cfg admin.MonitorConfig) (close func(), err error) {
	if s.admin == (config.Addr{}) {
		return func() {}, nil
	}
	listeners, err := server.Listen(ctx, s.admin.Network, s.admin.Address)
	if err != nil {
		return nil, listenError{addr: s.admin, err: err, flag: "--admin"}
	}
	monitor := admin.NewMonitor(cfg)
	var serving sync.WaitGroup
	for _, ln := range listeners {
		s.log.Info("showing metrics", "address", ln.Addr().String(), "paths", "/metrics /healthz /readyz /debug/pprof/")
		if reachable(ln.Addr()) {
			s.log.Warn("anybody who can reach this address sees metrics and profiles: keep it behind a firewall", "address", ln.Addr().String())
		}
		serving.Go(func() {
			if err := monitor.Serve(ln); err != nil {
				s.log.Error("metrics are shown no more", "address", ln.Addr().String(), "error", err)
			}
		})
	}
	return func() {
		monitor.Close()
		serving.Wait()
	}, nil
}
