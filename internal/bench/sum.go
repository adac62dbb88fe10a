package bench

import "time"

// total is how many lines all senders have sent.
func (r *run) total() (n int64) {
	for _, s := range r.senders {
		n += s.sent.Load()
	}
	return n
}

// report puts together what the members have seen. All goroutines have ended. Where
// a run was stopped before its end, what is on its way is neither lost nor unsent.
func (r *run) report(stopped bool) Report {
	r.all = r.total()
	latencies := r.desks.latencies()
	report := Report{
		Address:     r.cfg.Address,
		Receivers:   r.cfg.Receivers,
		Senders:     r.cfg.Senders,
		Size:        r.cfg.Size,
		Rate:        r.cfg.Rate,
		Interrupted: stopped,
		Sent:        r.all,
		Latency:     latencies.report(),
		OneOrder:    r.oneOrder(),
	}
	for _, s := range r.senders {
		planned := s.limit
		if r.cfg.Rate == 0 && r.cfg.Duration > 0 {
			planned = s.lines
		}
		if !stopped {
			report.Unsent += planned - s.sent.Load()
		}
	}
	last := int64(r.start)
	for _, m := range r.members {
		c := m.check
		last = max(last, m.heard.Load())
		report.Delivered += c.got
		report.Doubled += c.doubled
		report.Misordered += c.misordered
		report.Broken += c.broken
		report.Echoed += c.echoed
		report.Foreign += c.foreign
		if stopped {
			report.Lost += c.missing
		} else {
			report.Lost += r.lost(m)
		}
	}
	report.Wall = time.Duration(last) - r.start
	if seconds := report.Wall.Seconds(); seconds > 0 {
		report.LinesPerSecond = float64(report.Delivered) / seconds
		report.BytesPerSecond = report.LinesPerSecond * float64(r.cfg.Size)
	}
	return report
}

// lost is how many lines of the others a member has not received. A line that was
// handed over in part is not counted as sent, and may have come all the same.
func (r *run) lost(m *member) int64 { return max(r.all-m.sent.Load()-m.check.got, 0) }

// oneOrder is Report.OneOrder.
func (r *run) oneOrder() *bool {
	var orders []uint64
	same := true
	for _, m := range r.members[r.cfg.Senders:] {
		if r.lost(m) == 0 && m.check.doubled == 0 {
			orders = append(orders, m.check.ordered())
			same = same && orders[0] == orders[len(orders)-1]
		}
	}
	if len(orders) < 2 {
		return nil
	}
	return &same
}

// show tells how far a stage has come, unless it was told a moment ago.
func (r *run) show(stage Stage, done, all int64) {
	if now := time.Now(); now.Sub(r.shown) >= show {
		r.shown = now
		r.progress(Progress{Stage: stage, Share: float64(done) / float64(all)})
	}
}

// showLines is show while lines are sent.
func (r *run) showLines(delivered int64) {
	now := time.Now()
	if now.Sub(r.shown) < show {
		return
	}
	r.shown = now
	share := (time.Since(r.epoch) - r.start).Seconds() / r.cfg.Duration.Seconds()
	if r.cfg.Duration == 0 {
		share = float64(delivered) / (float64(r.cfg.Messages) * float64(r.cfg.Senders) * float64(r.cfg.members()-1))
	}
	r.progress(Progress{Stage: Measuring, Share: min(share, 1), Delivered: delivered})
}
