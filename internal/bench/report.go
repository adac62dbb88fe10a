package bench

import (
	"errors"
	"fmt"
	"time"
)

var (
	// ErrIncomplete is wrapped by the error of Run when lines were lost, doubled or
	// misordered, or could not be sent.
	ErrIncomplete = errors.New("the broadcast is not complete")

	// ErrInterrupted is returned by Run when its context has ended.
	ErrInterrupted = errors.New("interrupted")

	// ErrNotJoined is wrapped by the error of Run when some members received nothing
	// at all, so that there was nothing to measure.
	ErrNotJoined = errors.New("no broadcast")
)

// A Report is what was measured. Its JSON is meant to be read by programs: a field
// keeps its name and its unit.
type Report struct {
	Address     string        `json:"address"`
	Receivers   int           `json:"receivers"`
	Senders     int           `json:"senders"`
	Size        int           `json:"size_bytes"`
	Rate        int           `json:"rate_lines_per_second"` // that was asked for, 0: bulk
	Interrupted bool          `json:"interrupted"`
	Wall        time.Duration `json:"wall_ns"` // from the first line's time to the last one's arrival

	Sent           int64   `json:"sent_lines"`
	Unsent         int64   `json:"unsent_lines"`    // the server did not take them
	Delivered      int64   `json:"delivered_lines"` // of all members together, each line once for each
	LinesPerSecond float64 `json:"lines_per_second"`
	BytesPerSecond float64 `json:"bytes_per_second"`

	// Latency is from a line's time to its arrival. In bulk that is when it was
	// handed over, and tells how much waits on the way rather than how fast it is.
	Latency Latency `json:"latency_ns"`

	// What follows counts lines of all members together.
	Lost       int64 `json:"lost_lines"`
	Doubled    int64 `json:"doubled_lines"`
	Misordered int64 `json:"misordered_lines"` // came after a later one of their sender
	Broken     int64 `json:"broken_lines"`     // pieces of lines of this run that are none
	Echoed     int64 `json:"echoed_lines"`     // to their sender
	Foreign    int64 `json:"foreign_lines"`    // from others in the room

	Closed int `json:"closed_connections"` // by the server, before the end

	// OneOrder tells whether all receivers that got every line, and once, got them in
	// one order. It is nil where there were no two of these.
	OneOrder *bool `json:"one_order"`
}

// Err is nil, or wraps ErrInterrupted or ErrIncomplete and says what is wrong.
func (r *Report) Err() error {
	switch {
	case r.Interrupted:
		return ErrInterrupted
	case r.Lost+r.Doubled+r.Misordered+r.Unsent > 0:
		return fmt.Errorf("%w: %d lines lost, %d doubled, %d misordered, %d not sent",
			ErrIncomplete, r.Lost, r.Doubled, r.Misordered, r.Unsent)
	}
	return nil
}

// A Stage is what a run is doing.
type Stage int

// The stages of a run, one after the other.
const (
	Connecting Stage = iota
	Joining          // until each member receives
	Measuring
)

// Progress is how far a run has come.
type Progress struct {
	Stage     Stage
	Share     float64 // of the stage, from 0 to 1
	Delivered int64   // lines so far
}
