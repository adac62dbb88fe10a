// Package admin is what the people who run a room see and do: it shows the figures of the
// packages below it, and asks those to act.
//
// A [Control] serves them over a Unix socket that only the server's own user can open, and
// a [Client] asks it. A [Monitor] shows metrics for Prometheus, health and profiles over
// HTTP. Neither has figures of its own, or knows of flags and of how answers are shown.
package admin
