package bench

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// The latencies that are told apart: from about a tenth of a microsecond to an hour,
// to three digits.
const (
	leastLatency = 100 // nanoseconds
	mostLatency  = int64(time.Hour)
	precision    = 3
)

// latencies are how long lines took.
type latencies struct{ histogram *hdrhistogram.Histogram }

func newLatencies() latencies {
	return latencies{hdrhistogram.New(leastLatency, mostLatency, precision)}
}

// add counts n lines that arrived at now, and were sent or due at the time that sent
// has the digits of.
func (l *latencies) add(now, sent uint64, n int64) {
	if n == 0 {
		return
	}
	at, _ := number(sent)
	_ = l.histogram.RecordValues(min(max(int64(now-at), 0), mostLatency), n) // in range
}

// Latency is how long lines took, in nanoseconds: half of them took no longer than
// P50, and so on.
type Latency struct {
	P50  int64 `json:"p50"`
	P90  int64 `json:"p90"`
	P99  int64 `json:"p99"`
	P999 int64 `json:"p99_9"`
	Max  int64 `json:"max"`
}

func (l *latencies) report() Latency {
	at := l.histogram.ValueAtQuantile
	return Latency{P50: at(50), P90: at(90), P99: at(99), P999: at(99.9), Max: l.histogram.Max()}
}
