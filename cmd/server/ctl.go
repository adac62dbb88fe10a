package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"

	"bcast/internal/admin"
	"bcast/internal/config"
	"bcast/internal/text"
)

func controlFlag() config.Flag {
	return config.Flag{
		Name: "control", Kind: config.File, Category: operating, DefaultText: "none",
		Usage: "`PATH` of a Unix socket for bcast-server ctl, which only the server's user can open",
	}
}

// A request is what ctl can ask of a server. It returns the answer for programs, and writes
// it for people.
type request struct {
	name, args, usage string
	ask               func(c *call) (answer any, err error)
}

// call is one call of ctl.
type call struct {
	ctx     context.Context
	control *admin.Client
	args    []string
	banTime time.Duration
	table   *tabwriter.Writer // for people
}

func (c *call) row(cells ...any) {
	for i, cell := range cells {
		if i > 0 {
			fmt.Fprint(c.table, "\t")
		}
		// Of what stands here, strangers chose some.
		fmt.Fprint(c.table, text.Clean([]byte(fmt.Sprint(cell))))
	}
	fmt.Fprintln(c.table)
}

var requests = []request{
	{"members", "", "who is in the room", askMembers},
	{"kick", "ID...", "end connections, by the numbers that members shows", askKick},
	{"ban", "ADDRESS", "refuse an address or a CIDR for some time, and end its connections", askBan},
	{"bans", "", "which bans there are", askBans},
	{"unban", "ADDRESS", "end a ban", askUnban},
	{"suspend", "", "take no more connections; members stay", askSuspend},
	{"resume", "", "take connections again", askResume},
	{"reload", "", "read certificates, the token, --allow, --deny and --log-level again, as SIGHUP does", askReload},
	{"status", "", "how the server is", askStatus},
}

func requestNames() (names []string) {
	for _, r := range requests {
		names = append(names, r.name)
	}
	return names
}

// ctlCommand asks a server that runs.
func ctlCommand(stdout io.Writer) config.Command {
	var list strings.Builder
	for _, r := range requests {
		fmt.Fprintf(&list, "\n  %-14s %s", strings.TrimSpace(r.name+" "+r.args), r.usage)
	}
	return config.Command{
		Name:      "ctl",
		Usage:     "see who is in a room that runs, and act on it",
		ArgsUsage: "REQUEST [ARGUMENT...]",
		Description: "It asks the server that was started with the same --control. What can be asked:\n" + list.String() +
			"\n\nA single IPv6 address stands for its /64, which is what one host has.",
		Flags: []config.Flag{
			controlFlag(),
			{Name: "for", Kind: config.Duration, Default: "1h", Usage: "`DURATION` of a ban", CommandLineOnly: true},
			{Name: "json", Kind: config.Switch, Usage: "print the answer for programs", CommandLineOnly: true},
		},
		Arg:         config.Flag{Name: "request", Kind: config.Choice, Choices: requestNames(), CommandLineOnly: true},
		MoreArgs:    true,
		BorrowsFile: true,
		Action: func(ctx context.Context, v *config.Values) error {
			request, err := requestIn(v)
			if err != nil {
				return err
			}
			banTime := v.Duration("for", time.Second, admin.MaxBanTime)
			asJSON, path := v.Switch("json"), v.Text("control")
			switch {
			case v.Err() != nil:
				return v.Err()
			case path == "":
				return config.Usagef("which server? write --control PATH, as it was started with")
			}
			shown := new(strings.Builder)
			c := &call{
				ctx: ctx, control: admin.NewClient(path), args: v.MoreArgs(), banTime: banTime,
				table: tabwriter.NewWriter(shown, 0, 0, 2, ' ', 0),
			}
			answer, err := request.ask(c)
			if answer != nil {
				err = errors.Join(c.print(stdout, shown, answer, asJSON), err)
			}
			return explain(err, path)
		},
	}
}

// print writes an answer, for programs or for people.
func (c *call) print(stdout io.Writer, shown *strings.Builder, answer any, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(answer)
	}
	if err := c.table.Flush(); err != nil {
		return err
	}
	for line := range strings.Lines(shown.String()) { // the last cell of a row may be empty
		if _, err := fmt.Fprintln(stdout, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// requestIn is what the arguments ask for.
func requestIn(v *config.Values) (request, error) {
	name, n := v.Text("request"), len(v.MoreArgs())
	i := slices.IndexFunc(requests, func(r request) bool { return r.name == name })
	if i < 0 {
		known := strings.Join(requestNames(), ", ")
		if name == "" {
			return request{}, config.Usagef("what is to be asked? write one of %s", known)
		}
		return request{}, config.Usagef("%q is not known: write one of %s", name, known)
	}
	r := requests[i]
	switch {
	case r.args == "" && n > 0:
		return request{}, config.Usagef("too many arguments: %q", v.MoreArgs()[0])
	case r.args != "" && n == 0:
		return request{}, config.Usagef("write %s %s", r.name, r.args)
	case r.args == "ADDRESS" && n > 1:
		return request{}, config.Usagef("too many arguments: %q", v.MoreArgs()[1])
	case v.IsSet("for") && r.name != "ban":
		return request{}, config.Usagef("--for is for ban")
	}
	return r, nil
}

func askMembers(c *call) (any, error) {
	members, err := c.control.Members(c.ctx)
	if err != nil {
		return nil, err
	}
	// Names come last: how wide a terminal draws them, a table does not know.
	c.row("ID", "ADDRESS", "DIALECT", "AGE", "RECEIVED", "SENT", "BEHIND", "NAME")
	for _, m := range members {
		c.row(m.ID, m.Address, cmp.Or(m.Dialect, "-"), age(m.Since), size(m.Received), size(m.Sent), size(m.Behind), m.Name)
	}
	return members, nil
}

// kicked is the answer of kick for programs.
type kicked struct {
	Kicked  []uint64 `json:"kicked"`
	Unknown []uint64 `json:"unknown"`
}

func askKick(c *call) (any, error) {
	var ids []uint64
	for _, arg := range c.args {
		id, err := strconv.ParseUint(arg, 10, 64)
		if err != nil {
			return nil, config.Usagef("%q is not the number of a connection", arg)
		}
		ids = append(ids, id)
	}
	answer := kicked{[]uint64{}, []uint64{}}
	for _, id := range ids {
		err := c.control.Kick(c.ctx, id)
		switch {
		case err == nil:
			answer.Kicked = append(answer.Kicked, id)
			c.row(fmt.Sprintf("%d is out", id))
		case errors.As(err, new(*admin.Error)):
			answer.Unknown = append(answer.Unknown, id)
		default:
			return answer, err
		}
	}
	if len(answer.Unknown) > 0 {
		return answer, unknownError{answer.Unknown}
	}
	return answer, nil
}

func askBan(c *call) (any, error) {
	ban, err := c.control.Ban(c.ctx, c.args[0], c.banTime)
	if err != nil {
		return nil, err
	}
	c.row(fmt.Sprintf("%s is banned for %v, connections ended: %d", ban.Address, c.banTime, len(ban.Kicked)))
	return ban, nil
}

func askBans(c *call) (any, error) {
	bans, err := c.control.Bans(c.ctx)
	if err != nil {
		return nil, err
	}
	c.row("ADDRESS", "ENDS IN")
	for _, ban := range bans {
		c.row(ban.Address, time.Until(ban.Until).Round(time.Second))
	}
	return bans, nil
}

func askUnban(c *call) (any, error) {
	address, err := c.control.Unban(c.ctx, c.args[0])
	if err != nil {
		return nil, err
	}
	c.row(address + " is not banned any more")
	return struct {
		Unbanned string `json:"unbanned"`
	}{address}, nil
}

func askSuspend(c *call) (any, error) {
	status, err := c.control.Suspend(c.ctx)
	if err != nil {
		return nil, err
	}
	c.row(fmt.Sprintf("suspended: nobody can join until resume, members: %d", status.Members))
	return status, nil
}

func askResume(c *call) (any, error) {
	status, err := c.control.Resume(c.ctx)
	if err != nil {
		return nil, err
	}
	c.row(fmt.Sprintf("open: everybody can join who may, members: %d", status.Members))
	return status, nil
}

func askReload(c *call) (any, error) {
	changes, err := c.control.Reload(c.ctx)
	if err != nil {
		return nil, err
	}
	var kept keptError
	c.row("WHAT", "RESULT")
	for _, change := range changes {
		c.row(change.What, change.Result)
		if change.Result == admin.Kept {
			kept.reasons = append(kept.reasons, change.What+": "+change.Error)
		}
	}
	if kept.reasons != nil {
		return changes, kept
	}
	return changes, nil
}

func askStatus(c *call) (any, error) {
	s, err := c.control.Status(c.ctx)
	if err != nil {
		return nil, err
	}
	c.row("version", s.Version)
	c.row("state", s.State)
	c.row("up", age(s.Since))
	c.row("members", fmt.Sprintf("%d, of which framed: %d", s.Members, s.Framed))
	c.row("slowest", size(s.Behind)+" behind")
	c.row("published", size(s.Published))
	c.row("accepted", s.Accepted)
	refused := []string{}
	for _, reason := range slices.Sorted(maps.Keys(s.Refused)) {
		refused = append(refused, fmt.Sprintf("%s: %d", reason, s.Refused[reason]))
	}
	c.row("refused", cmp.Or(strings.Join(refused, ", "), "0"))
	c.row("bans", s.Bans)
	return s, nil
}

func age(since time.Time) time.Duration { return time.Since(since).Truncate(time.Second) }

func size(bytes uint64) string { return humanize.IBytes(bytes) }

// A controlError says that a server could not be asked.
type controlError struct {
	path string
	err  error
}

func (e controlError) Error() string {
	switch {
	case errors.Is(e.err, fs.ErrNotExist):
		return fmt.Sprintf("there is no control socket at %s", e.path)
	case errors.Is(e.err, syscall.ECONNREFUSED):
		return fmt.Sprintf("no server answers at %s", e.path)
	case errors.Is(e.err, fs.ErrPermission):
		return fmt.Sprintf("cannot open the control socket %s: permission denied", e.path)
	}
	return fmt.Sprintf("cannot ask the server at %s: %v", e.path, e.err)
}

func (e controlError) Unwrap() error { return e.err }

func (e controlError) hint() string {
	switch {
	case errors.Is(e.err, fs.ErrNotExist), errors.Is(e.err, syscall.ECONNREFUSED):
		return "start the server with --control " + e.path + ", or name the socket of one that runs"
	case errors.Is(e.err, fs.ErrPermission):
		return "ask as the user that the server runs as, or as root"
	}
	return ""
}

// A keptError says what a reload could not read.
type keptError struct{ reasons []string }

func (e keptError) Error() string { return "not all was read again: " + strings.Join(e.reasons, "; ") }

// An unknownError says whom kick has not found.
type unknownError struct{ ids []uint64 }

func (e unknownError) Error() string {
	return "no such connection: " + strings.Trim(fmt.Sprint(e.ids), "[]")
}

// explain makes an error that people can read of one that came from asking at path.
func explain(err error, path string) error {
	switch {
	case err == nil, errors.Is(err, config.ErrUsage),
		errors.As(err, new(keptError)), errors.As(err, new(unknownError)), errors.As(err, new(*admin.Error)):
		return err
	}
	return controlError{path, err}
}
