package admin

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"bcast/internal/framed"
	"bcast/internal/peer"
	"bcast/internal/room"
	"bcast/internal/server"
)

const (
	// maxScrapes is how many requests for metrics are answered at a time.
	maxScrapes = 4

	// Who asks has so long for it, and to take the answer: profiles take longer by
	// themselves.
	monitorRead  = 5 * time.Second
	monitorWrite = 10 * time.Second
	monitorIdle  = 2 * time.Minute

	// maxMonitorHeader is the most bytes of a request's header.
	maxMonitorHeader = 16 << 10
)

// MonitorConfig is how a Monitor is made. Server, Members and Room are required.
type MonitorConfig struct {
	Server  *server.Server
	Members *peer.Handler
	Room    *room.Room
	Hub     *framed.Hub // nil: nobody speaks frames

	NotAfter func() time.Time // when the certificate expires; nil: there is none
	LogLost  func() uint64    // how many records of the log were lost; nil: none are
	Version  string           // of the program
	Logger   *slog.Logger     // nil discards
}

// A Monitor shows over HTTP how a server is:
//
//	/metrics       figures, in Prometheus' text format
//	/healthz       200: the process lives
//	/readyz        200 while connections are accepted, 503 while they are not
//	/debug/pprof/  profiles of package runtime/pprof
//
// It asks only when it is asked, and what it holds meanwhile is nothing that the room
// waits for, however slowly its answer is read.
type Monitor struct {
	cfg  MonitorConfig
	http http.Server
}

// NewMonitor returns a Monitor that is not serving yet.
func NewMonitor(cfg MonitorConfig) *Monitor {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	m := &Monitor{cfg: cfg}
	m.http = http.Server{
		Handler:           m.routes(),
		ReadHeaderTimeout: monitorRead,
		ReadTimeout:       monitorRead,
		WriteTimeout:      monitorWrite,
		IdleTimeout:       monitorIdle,
		MaxHeaderBytes:    maxMonitorHeader,
		ErrorLog:          slog.NewLogLogger(cfg.Logger.Handler(), slog.LevelDebug),
	}
	return m
}

// Serve answers requests from ln until Close, and closes ln. It may be called for several
// listeners, before Close.
func (m *Monitor) Serve(ln net.Listener) error {
	if err := m.http.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Close ends all requests at once: Serve returns.
func (m *Monitor) Close() { _ = m.http.Close() }

// routes is a mux of its own: nothing else is shown that may have registered itself.
func (m *Monitor) routes() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		NewCollector(m.figures),
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		buildInfo(m.cfg.Version),
	)
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(m.cfg.Logger.Handler(), slog.LevelError), MaxRequestsInFlight: maxScrapes,
	}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "alive") })
	mux.HandleFunc("GET /readyz", m.ready)
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("POST /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}

// buildInfo is a metric that says what runs.
func buildInfo(version string) prometheus.Collector {
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "bcast_build_info", Help: "1, with the version of the program and of Go as labels.",
		ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()},
	})
	info.Set(1)
	return info
}

// figures reads all that there are.
func (m *Monitor) figures() Figures {
	f := Figures{Server: m.cfg.Server.Stats(), Members: m.cfg.Members.Stats(), Traffic: m.cfg.Members.Traffic(), Lines: m.cfg.Room.Stats()}
	if m.cfg.Hub != nil {
		f.Frames = m.cfg.Hub.Stats()
	}
	if m.cfg.NotAfter != nil {
		f.NotAfter = m.cfg.NotAfter()
	}
	if m.cfg.LogLost != nil {
		f.LogLost = m.cfg.LogLost()
	}
	return f
}

// ready says whether who connects now is let in.
func (m *Monitor) ready(w http.ResponseWriter, _ *http.Request) {
	switch s := m.cfg.Server.Stats(); {
	case s.Stopping:
		answer(w, http.StatusServiceUnavailable, "draining")
	case s.Suspended:
		answer(w, http.StatusServiceUnavailable, "suspended")
	case s.Listening == 0:
		answer(w, http.StatusServiceUnavailable, "not listening")
	default:
		answer(w, http.StatusOK, "ready")
	}
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n"))
}
