package main

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"bcast/internal/admin"
	"bcast/internal/config"
	"bcast/internal/peer"
	"bcast/internal/server"
	"bcast/internal/wire"
)

// live are the settings that can change while the server runs. Of the others, a reload
// tells that they need a restart.
var live = []string{"allow", "deny", "log-level"}

// A reloader reads again what can change while the server runs: files of the gate, and
// live settings. What cannot be read stays as it was. Its goroutine alone knows what is in
// force.
type reloader struct {
	// Set by newReloader and never changed.
	hups     <-chan os.Signal
	gate     *gate
	members  *peer.Handler
	server   *server.Server
	log      *slog.Logger
	level    *slog.LevelVar
	start    *config.Values // what the server was started with
	requests chan chan<- []admin.Change
	ended    chan struct{}

	// As they were when last told of.
	certificate [sha256.Size]byte
	authorities *x509.CertPool
	token       wire.RoomToken
	access      server.Access
}

// newReloader returns a reloader that does not run yet. From then on, SIGHUP does not end the
// program.
func newReloader(s settings, g *gate, token wire.RoomToken, members *peer.Handler, srv *server.Server) *reloader {
	hups := make(chan os.Signal, 1)
	signal.Notify(hups, syscall.SIGHUP)
	return &reloader{
		hups: hups,
		gate: g, members: members, server: srv, log: s.log, level: s.level, start: s.values,
		requests:    make(chan chan<- []admin.Change),
		ended:       make(chan struct{}),
		certificate: g.fingerprint(),
		authorities: g.pool(),
		token:       token,
		access:      s.guards.access,
	}
}

// run reloads at each SIGHUP, and when it is asked, until ctx ends.
func (r *reloader) run(ctx context.Context) {
	defer close(r.ended)
	for {
		select {
		case <-r.hups:
			r.reload()
		case answer := <-r.requests:
			answer <- r.reload() // has room for it
		case <-ctx.Done():
			return
		}
	}
}

// ask has run reload, and returns what came of it. The error says that it runs no more, or
// that ctx has ended.
func (r *reloader) ask(ctx context.Context) ([]admin.Change, error) {
	answer := make(chan []admin.Change, 1)
	select {
	case r.requests <- answer:
		return <-answer, nil
	case <-r.ended:
		return nil, errors.New("the server is stopping")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (r *reloader) reload() []admin.Change {
	manager{r.log}.reloading()
	defer manager{r.log}.ready()
	files := r.reloadFiles()
	settings, level := r.reloadSettings()
	changes := slices.Concat(files, settings)
	r.level.Set(min(r.level.Level(), level)) // until it is said what came of this
	for _, c := range changes {
		switch c.Result {
		case admin.Kept:
			r.log.Error("cannot read again, going on with what was", "what", c.What, "error", c.Error)
		case admin.NeedsRestart:
			r.log.Warn("read again", "what", c.What, "result", c.Result)
		default:
			r.log.Info("read again", "what", c.What, "result", c.Result)
		}
	}
	r.level.Set(level)
	return changes
}

// outcome is a change that was made, or none, unless there was an error.
func outcome(what string, changed bool, err error) admin.Change {
	switch {
	case err != nil:
		return admin.Change{What: what, Result: admin.Kept, Error: err.Error()}
	case changed:
		return admin.Change{What: what, Result: admin.Changed}
	default:
		return admin.Change{What: what, Result: admin.Unchanged}
	}
}

// reloadFiles reads what the files say that the settings name.
func (r *reloader) reloadFiles() (changes []admin.Change) {
	if r.gate.certificate != nil {
		err := r.gate.certificate.Reload()
		now := r.gate.fingerprint()
		changes = append(changes, outcome("certificate", now != r.certificate, err))
		r.certificate = now
	}
	if r.gate.authorities != nil {
		err := r.gate.authorities.Reload()
		now := r.gate.pool()
		changes = append(changes, outcome("authorities of clients", !now.Equal(r.authorities), err))
		r.authorities = now
	}
	if r.gate.tokenFile != "" {
		token, err := r.gate.token()
		changes = append(changes, outcome("token", token != r.token, err))
		if err == nil {
			r.members.SetToken(token)
			r.token = token
		}
	}
	return changes
}

// reloadSettings reads the settings file. What the command line says wins, as at the start.
// The level of the log is for the caller to set.
func (r *reloader) reloadSettings() (changes []admin.Change, level slog.Level) {
	values, err := r.start.Reread()
	var s settings
	if err == nil {
		s, err = read(values)
	}
	if err != nil {
		return []admin.Change{outcome("settings", false, err)}, r.level.Level()
	}

	changed := !slices.Equal(s.guards.access.Allow, r.access.Allow) || !slices.Equal(s.guards.access.Deny, r.access.Deny)
	err = r.server.SetAccess(s.guards.access)
	if err == nil {
		r.access = s.guards.access
	}
	changes = []admin.Change{
		outcome("--allow and --deny", changed, err),
		outcome("--log-level", r.level.Level() != s.level.Level(), nil),
	}
	for _, name := range r.start.Differences(values) {
		if !slices.Contains(live, name) {
			changes = append(changes, admin.Change{What: "--" + name, Result: admin.NeedsRestart})
		}
	}
	return changes, s.level.Level()
}

// fingerprint tells certificates apart; it is zero where there is none.
func (g *gate) fingerprint() (sum [sha256.Size]byte) {
	if g.certificate == nil {
		return sum
	}
	pair, _ := g.certificate.Get(nil) // never fails
	return sha256.Sum256(slices.Concat(pair.Certificate...))
}

// pool returns the authorities of clients, or nil.
func (g *gate) pool() *x509.CertPool {
	if g.authorities == nil {
		return nil
	}
	return g.authorities.Get()
}
