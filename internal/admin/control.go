package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"bcast/internal/peer"
	"bcast/internal/room"
	"bcast/internal/server"
)

// How long a request may take at the other end. One that hangs costs a goroutine until
// then, and no more: answers are complete before they are written.
const (
	requestTime = 10 * time.Second
	answerTime  = 30 * time.Second
)

// maxHeader is how large the header of a request may be, in bytes.
const maxHeader = 8 << 10

// ControlConfig says what a Control shows and does. All but Logger is required.
type ControlConfig struct {
	Server  *server.Server
	Members *peer.Handler
	Room    *room.Room
	Version string

	// Reload reads all again that can change while the server runs, and tells of each
	// thing what came of it. It may be called by several goroutines at a time.
	Reload func(ctx context.Context) ([]Change, error)

	// Stopping is closed when the server begins to stop.
	Stopping <-chan struct{}

	Logger *slog.Logger // has what was done; nil discards
}

// A Control lets the operator see who is in a room and act on it. See [ListenControl] for
// what it is to be served on: it does not ask who it is talking to.
type Control struct {
	cfg   ControlConfig
	since time.Time
	http  *http.Server
}

// NewControl returns a Control that is not serving yet, or an error that says what is
// missing in cfg.
func NewControl(cfg ControlConfig) (*Control, error) {
	if cfg.Server == nil || cfg.Members == nil || cfg.Room == nil || cfg.Reload == nil || cfg.Stopping == nil {
		return nil, errors.New("control config: server, members, room, reload and stopping are required")
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	c := &Control{cfg: cfg, since: time.Now()}
	c.http = &http.Server{
		Handler:        c.routes(),
		ReadTimeout:    requestTime,
		WriteTimeout:   answerTime,
		IdleTimeout:    requestTime,
		MaxHeaderBytes: maxHeader,
		ErrorLog:       slog.NewLogLogger(cfg.Logger.Handler(), slog.LevelWarn),
	}
	return c, nil
}

// Serve answers requests on ln until Close, and then returns nil. It closes ln.
func (c *Control) Serve(ln net.Listener) error {
	if err := c.http.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Close ends Serve: what is being answered may be until ctx ends.
func (c *Control) Close(ctx context.Context) {
	if c.http.Shutdown(ctx) != nil {
		_ = c.http.Close() // of what is left, nothing is waited for
	}
}

func (c *Control) routes() http.Handler {
	mux := http.NewServeMux()
	for pattern, answer := range map[string]func(*http.Request) (any, error){
		"GET " + pathMembers:              c.members,
		"DELETE " + pathMembers + "/{id}": c.kick,
		"GET " + pathBans:                 c.bans,
		"POST " + pathBans:                c.ban,
		"DELETE " + pathBans:              c.unban,
		"POST " + pathSuspend:             c.suspend,
		"POST " + pathResume:              c.resume,
		"POST " + pathReload:              c.reload,
		"GET " + pathStatus:               c.status,
		"/":                               unknown,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
			respond(w, r, answer)
		})
	}
	return mux
}

// unknown is the answer to a request that there is not.
func unknown(*http.Request) (any, error) {
	return nil, &Error{"the server does not know this request", "ask it with the program of its own version", http.StatusNotFound}
}

// respond writes an answer, or why there is none.
func respond(w http.ResponseWriter, r *http.Request, answer func(*http.Request) (any, error)) {
	status := http.StatusOK
	content, err := answer(r)
	if err != nil {
		problem := &Error{Problem: err.Error(), status: http.StatusInternalServerError}
		_ = errors.As(err, &problem)
		status, content = problem.status, problem
	}
	var body bytes.Buffer
	if err := json.NewEncoder(&body).Encode(content); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // who does not take it, does not want it
}
