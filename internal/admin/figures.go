package admin

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"bcast/internal/framed"
	"bcast/internal/peer"
	"bcast/internal/room"
	"bcast/internal/server"
)

// Figures are all that the packages below count.
type Figures struct {
	Server  server.Stats
	Members peer.Stats
	Traffic peer.Traffic
	Lines   room.Stats   // of the room
	Frames  framed.Stats // of what framed members see of it

	NotAfter time.Time // when the certificate expires; zero: there is none
	LogLost  uint64    // records of the program's log that nobody got to see
}

// The two logs, and what their label says of a figure.
const (
	lines  = "lines"  // what is said, which plain members read
	frames = "frames" // what is made of that for framed members
)

// A Collector shows figures as metrics. It reads them when it is asked to.
type Collector struct{ read func() Figures }

// NewCollector returns the Collector of the figures that read returns. It may be called
// several times at once.
func NewCollector(read func() Figures) *Collector { return &Collector{read} }

// Describe implements [prometheus.Collector].
func (c *Collector) Describe(ch chan<- *prometheus.Desc) {
	for _, m := range metrics {
		ch <- m.desc
	}
	ch <- latency
}

// Collect implements [prometheus.Collector].
func (c *Collector) Collect(ch chan<- prometheus.Metric) {
	f := c.read()
	for _, m := range metrics {
		m.values(f, func(value float64, labels ...string) {
			ch <- prometheus.MustNewConstMetric(m.desc, m.kind, value, labels...)
		})
	}
	ch <- histogram(f.Lines.Latency, lines)
	ch <- histogram(f.Frames.Log.Latency, frames)
}

func histogram(l room.Latency, log string) prometheus.Metric {
	buckets, count := make(map[float64]uint64), uint64(0)
	for i, bound := range room.LatencyBounds() {
		count += l.Buckets[i]
		buckets[bound.Seconds()] = count
	}
	count += l.Buckets[len(l.Buckets)-1]
	return prometheus.MustNewConstHistogram(latency, count, l.Sum.Seconds(), buckets, log)
}

// A metric is one name, and how its values are found among the figures.
type metric struct {
	desc   *prometheus.Desc
	kind   prometheus.ValueType
	values func(f Figures, is is)
}

// is says what a metric's value is, with the values of its labels.
type is func(value float64, labels ...string)

func gauge(name, help string, labels []string, values func(f Figures, is is)) metric {
	return metric{describe(name, help, labels...), prometheus.GaugeValue, values}
}

func counter(name, help string, labels []string, values func(f Figures, is is)) metric {
	return metric{describe(name, help, labels...), prometheus.CounterValue, values}
}

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("bcast_"+name, help, labels, nil)
}

// ofLogs are the values of both logs.
func ofLogs[T uint64 | int | float64](value func(room.Stats) T) func(Figures, is) {
	return func(f Figures, is is) {
		is(float64(value(f.Lines)), lines)
		is(float64(value(f.Frames.Log)), frames)
	}
}

// sole is the value of a metric without labels.
func sole[T uint64 | int](value func(Figures) T) func(Figures, is) {
	return func(f Figures, is is) { is(float64(value(f))) }
}

// flagged is 1 for what is so.
func flagged(isSo func(Figures) bool) func(Figures, is) {
	return func(f Figures, is is) {
		if isSo(f) {
			is(1)
			return
		}
		is(0)
	}
}

// A reason is an enumeration with words for labels.
type reason interface {
	comparable
	String() string
}

// eachOf are the values of a figure by reason.
func eachOf[R reason](counts map[R]uint64, is is) {
	for reason, n := range counts {
		is(float64(n), reason.String())
	}
}

// cutsOf has every reason, so that the first cut of a kind is seen as one more.
func cutsOf(s room.Stats, log string, is is) {
	for _, reason := range room.Reasons() {
		is(float64(s.Cuts[reason]), log, reason.String())
	}
}

// certificate is when it expires, if there is one.
func certificate(f Figures, is is) {
	if !f.NotAfter.IsZero() {
		is(float64(f.NotAfter.Unix()))
	}
}

// label are the names of a metric's labels.
func label(names ...string) []string { return names }
