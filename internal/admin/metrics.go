package admin

import (
	"bcast/internal/peer"
	"bcast/internal/room"
)

// latency is the one histogram that there is.
var latency = describe("publish_to_write_seconds",
	"How long it takes from when a line is in the log until it is written to a member who was there then, of one chunk of lines each 250 ms.", "log")

// metrics are all others.
var metrics = []metric{
	// Who is there.
	gauge("members", "Connections in the room by dialect; unknown are those that have not shown it yet.", label("dialect"), func(f Figures, is is) {
		is(float64(f.Traffic.Plain), "plain")
		is(float64(f.Traffic.Framed), "framed")
		is(float64(f.Traffic.Unknown), "unknown")
	}),
	gauge("connections_open", "Connections that are open, in TLS handshakes and without a token too.", nil, sole(func(f Figures) int { return f.Server.Open })),
	gauge("sessions_remembered", "Framed clients that are connected, or may come back as who they were.", nil, sole(func(f Figures) int { return f.Frames.Sessions })),
	gauge("bans", "Addresses and ranges that are banned.", nil, sole(func(f Figures) int { return f.Server.Bans })),

	// Who may in, and who may not.
	gauge("listeners", "Listeners that are accepted from.", nil, sole(func(f Figures) int { return f.Server.Listening })),
	gauge("suspended", "1 while an operator has new connections refused.", nil, flagged(func(f Figures) bool { return f.Server.Suspended })),
	gauge("draining", "1 once the server is being stopped.", nil, flagged(func(f Figures) bool { return f.Server.Stopping })),
	counter("connections_accepted_total", "Connections that were accepted, refused ones too.", nil, sole(func(f Figures) uint64 { return f.Server.Accepted })),
	counter("connections_refused_total", "Connections that were closed before they could say anything in the room, by reason.", label("reason"), func(f Figures, is is) {
		eachOf(f.Server.Refused, is)
		for i, n := range f.Members.Refused {
			is(float64(n), peer.Refusal(i).String())
		}
	}),
	counter("tls_handshake_errors_total", "TLS handshakes that failed, by reason.", label("reason"), func(f Figures, is is) { eachOf(f.Server.HandshakeErrors, is) }),
	counter("accept_errors_total", "Failures to accept a connection that the server got over.", nil, sole(func(f Figures) uint64 { return f.Server.AcceptErrors })),
	gauge("certificate_expiry_timestamp_seconds", "When the certificate for TLS expires, since 1970.", nil, certificate),

	// How they end.
	counter("connections_closed_total", "Connections in the room that are over, by reason.", label("reason"), func(f Figures, is is) {
		for i, n := range f.Traffic.Ended {
			is(float64(n), peer.Ending(i).String())
		}
	}),
	counter("members_cut_total", "Members that were cut, by the log they read and reason.", label("log", "reason"), func(f Figures, is is) {
		cutsOf(f.Lines, lines, is)
		cutsOf(f.Frames.Log, frames, is)
	}),
	counter("members_undelivered_total", "Members who had not everything when the time to drain was over.", nil, sole(func(f Figures) uint64 { return f.Members.Undelivered })),
	counter("panics_total", "Connections that ended by a fault of the server, which the log tells.", nil, sole(func(f Figures) uint64 { return f.Server.Panics })),

	counter("log_records_lost_total", "Records of the program's own log that were lost, because stderr took nothing.", nil, sole(func(f Figures) uint64 { return f.LogLost })),

	// What is said and heard.
	counter("received_bytes_total", "Bytes that were read from members.", nil, sole(func(f Figures) uint64 { return f.Traffic.Received })),
	counter("sent_bytes_total", "Bytes that were written to members.", nil, sole(func(f Figures) uint64 { return f.Traffic.Sent })),
	counter("published_lines_total", "Lines that members have said, once for each; of frames, those that were said while there was somebody for whom there are some.", label("log"), ofLogs(func(s room.Stats) uint64 { return s.Lines })),
	counter("published_bytes_total", "Bytes appended to the log.", label("log"), ofLogs(func(s room.Stats) uint64 { return s.Published })),
	counter("delivered_lines_total", "Lines that were written to members, once for each of those.", nil, sole(func(f Figures) uint64 { return f.Traffic.Delivered })),

	// How far behind they are.
	gauge("slowest_member_lag_bytes", "What the slowest member has still to pass of the log that it reads.", label("log"), func(f Figures, is is) {
		is(float64(f.Traffic.Behind), lines)
		is(float64(f.Traffic.BehindFrames), frames)
	}),
	gauge("framed_log_lag_bytes", "What is in the log of lines and not in that of frames yet.", nil, sole(func(f Figures) uint64 { return f.Frames.Behind })),
	gauge("publishers_waiting", "Members that are not read because the log is full.", label("log"), ofLogs(func(s room.Stats) int { return s.Waiting })),
	gauge("log_readers", "Members that have a place in the log, those on their way in or out too.", label("log"), ofLogs(func(s room.Stats) int { return s.Members })),
	gauge("log_lines", "Lines that the log has: for slow members, and as history for those who come.", label("log"), ofLogs(func(s room.Stats) uint64 { return s.Kept.Lines })),
	gauge("log_bytes", "The same in bytes.", label("log"), ofLogs(func(s room.Stats) uint64 { return s.Kept.Bytes })),
	gauge("backlog_bytes", "What the log may take in memory before publishers wait: --backlog.", label("log"), ofLogs(func(s room.Stats) uint64 { return s.Kept.Backlog })),
	gauge("log_used_ratio", "How much of that the slowest member takes: at 1, publishers wait.", label("log"), ofLogs(func(s room.Stats) float64 { return s.Kept.Used })),
}
