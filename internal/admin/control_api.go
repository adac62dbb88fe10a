package admin

import (
	"net/http"
	"time"
)

// What a Control and a Client say to each other: HTTP, with one JSON object in each body.
const (
	pathMembers = "/v1/members" // GET; DELETE with /ID behind it
	pathBans    = "/v1/bans"    // GET, POST a BanRequest; DELETE with ?address=
	pathSuspend = "/v1/suspend" // POST
	pathResume  = "/v1/resume"  // POST
	pathReload  = "/v1/reload"  // POST
	pathStatus  = "/v1/status"  // GET
)

// maxRequest is how large the body of a request may be, in bytes.
const maxRequest = 4 << 10

// An Error is why a Control did not do what it was asked for.
type Error struct {
	Problem string `json:"error"`
	Hint    string `json:"hint,omitempty"` // what to do about it

	status int // of HTTP
}

func (e *Error) Error() string { return e.Problem }

// A Member is a connection in the room. What strangers chose has passed the gate of
// package text.
type Member struct {
	ID       uint64    `json:"id"`      // of the connection, never another's while the server runs
	Name     string    `json:"name"`    // "" where there is none yet
	Address  string    `json:"address"` // of the other end; of a Unix socket, its path
	Dialect  string    `json:"dialect"` // plain, framed, or "" while it is not known
	Since    time.Time `json:"since"`
	Received uint64    `json:"received"` // bytes that it has sent
	Sent     uint64    `json:"sent"`     // bytes that were written to it
	Behind   uint64    `json:"behind"`   // bytes that it has still to get
}

type memberList struct {
	Members []Member `json:"members"`
}

// A Ban refuses the connections of some addresses for some time.
type Ban struct {
	Address string    `json:"address"` // or a range of them, as a CIDR
	Until   time.Time `json:"until"`
}

type banList struct {
	Bans []Ban `json:"bans"`
}

// MaxBanTime is the longest ban there is: its end is to be within what clocks and JSON know.
const MaxBanTime = 100 * 365 * 24 * time.Hour

// A BanRequest asks for a ban.
type BanRequest struct {
	Address string `json:"address"` // or a CIDR
	For     string `json:"for"`     // as time.ParseDuration has it, up to MaxBanTime
}

// A BanResult is a ban as it was made.
type BanResult struct {
	Ban
	Kicked []uint64 `json:"kicked"` // connections of those who were in the room
}

// A Status is how the server is.
type Status struct {
	Version   string            `json:"version"`
	State     State             `json:"state"`
	Since     time.Time         `json:"since"` // when the Control was made
	Members   int               `json:"members"`
	Framed    int               `json:"framed"`    // of the members
	Accepted  uint64            `json:"accepted"`  // connections since then, refused ones too
	Refused   map[string]uint64 `json:"refused"`   // connections of those, by reason; only reasons that there were
	Published uint64            `json:"published"` // bytes in the log since then
	Behind    uint64            `json:"behind"`    // bytes that the slowest member has still to get
	Bans      int               `json:"bans"`
}

// A State is what the server does with those who connect.
type State string

// The states there are.
const (
	Open      State = "open"      // lets them in
	Suspended State = "suspended" // refuses them until Resume
	Stopping  State = "stopping"  // refuses them, and delivers the rest
)

// A Change is what a reload has done about one thing.
type Change struct {
	What   string  `json:"what"`
	Result Outcome `json:"result"`
	Error  string  `json:"error,omitempty"` // why it was kept
}

// An Outcome is what a reload does with a thing.
type Outcome string

// The outcomes there are.
const (
	Changed      Outcome = "changed"
	Unchanged    Outcome = "unchanged"
	Kept         Outcome = "kept"            // it could not be read, and is what it was
	NeedsRestart Outcome = "needs a restart" // it is another now, but cannot change while the server runs
)

type report struct {
	Changes []Change `json:"changes"`
}

func errNoMember(id string) *Error {
	return &Error{"no connection has the number " + id, "ask for the members to see who is there", http.StatusNotFound}
}
