package tui

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"bcast/internal/chatlog"
	"bcast/internal/session"
	"bcast/internal/tui/term"
	"bcast/internal/wire"
)

// farewell is how long the last lines have to be taken by the server when the
// screen is closed.
const farewell = time.Second

// ErrNotSent is wrapped by Run's error when lines are left that were typed and
// could not be sent.
var ErrNotSent = errors.New("not everything was sent")

// Config is how Run works. Network, Address, Title, In and Out are required.
type Config struct {
	Network, Address string // where the server is, in the terms of package net
	Title            string // the same as people write it
	Name             string // of this side; a plain server gets it before each line
	Plain            bool   // never ask for frames

	// Token and Dial are the session's: what the room wants, and how connections are made.
	Token wire.RoomToken
	Dial  func(ctx context.Context, network, address string) (net.Conn, error)

	In, Out *os.File

	Highlight  []string // words that mark a message as meant for this side, besides Name
	Notify     bool     // have the terminal tell of such messages
	NoPresence bool     // do not say who comes, goes and takes another name
	ASCII      bool     // draw the frame with characters of ASCII alone
	Theme      Theme    // whether the background is dark

	HistoryFile string // where lines are kept for the next run; empty: nowhere
	LogFile     string // what is shown is appended to it: as frames, if it ends in .jsonl; empty: none
}

// A Theme is what the terminal's background is taken for.
type Theme int

// The themes.
const (
	ThemeAuto Theme = iota // what the terminal says; dark, if it says nothing
	ThemeDark
	ThemeLight
)

// dark tells whether the background is dark, given what the terminal says.
func (t Theme) dark(said bool) bool { return t == ThemeDark || t == ThemeAuto && said }

// Run connects, shows the room on the terminal, and returns when the person quits
// or ctx ends; the terminal is then as it was before. It takes the terminal only
// once it is connected to the room: if the first connection cannot be made, the error is
// a *session.DialError, and if that ends before it is known what the room speaks, the
// error says why.
func Run(ctx context.Context, cfg Config) error { return run(ctx, cfg, time.Now) }

func run(ctx context.Context, cfg Config, now func() time.Time) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	out := term.NewOutput(cfg.Out)
	terminal, err := term.Save(cfg.In, out)
	if err != nil {
		return err
	}
	s := session.New(session.Config{
		Network: cfg.Network, Address: cfg.Address, Name: cfg.Name, Lag: wire.LagSkip, Plain: cfg.Plain, Reconnect: true,
		Token: cfg.Token, Dial: cfg.Dial,
		Frames: chatlog.IsFrames(cfg.LogFile), Rescue: terminal.Rescue,
	})
	b := newBoard(now)
	b.rescue = terminal.Rescue
	end := b.serve(cfg, s.Rename, out)
	defer func() { err = errors.Join(err, end()) }() // the session has ended by then

	first := make(chan error, 1)
	ended := make(chan error, 1)
	go func() { // Run waits for it
		defer terminal.Rescue()
		defer cancel()
		ended <- s.Run(ctx, func(event session.Event) {
			b.handle(event)
			tellFirst(first, event)
			yield(event)
		})
	}()
	select {
	case err := <-first:
		if err != nil {
			cancel()
			return errors.Join(err, silent(ctx, <-ended))
		}
	case err := <-ended:
		return silent(ctx, err)
	}

	background, typed := term.Probe(cfg.In, cfg.Out)
	term.UseColors(cfg.Theme.dark(background.Dark))
	m := newModel(cfg, b, s.Offer, ctx.Done(), typed)
	keeper, earlier := openKeeper(cfg.HistoryFile, b)
	defer keeper.close()
	m.keeper = keeper
	m.composer.SetHistory(earlier)
	program := tea.NewProgram(m, tea.WithInput(term.NewInput(cfg.In)), tea.WithOutput(out),
		tea.WithAltScreen(), tea.WithReportFocus(), tea.WithoutSignalHandler())
	m.pace.of = term.PaceOf(program)
	// Not tea.WithContext: Bubble Tea takes its end for a kill, and closes the input
	// while it is being read.
	stop := context.AfterFunc(ctx, program.Quit)
	_, err = program.Run()
	stop()

	s.Finish()
	if err != nil || b.isDown() && s.Pending() == 0 {
		cancel() // there is nothing to wait for
	}
	select {
	case last := <-ended:
		err = errors.Join(err, silent(ctx, last))
	case <-time.After(farewell):
		cancel()
		err = errors.Join(err, silent(ctx, <-ended))
	}
	if n := s.Pending(); n > 0 {
		err = errors.Join(err, fmt.Errorf("%w: %d lines are left", ErrNotSent, n))
	}
	return err
}

// tellFirst tells what has become of the first connection, if event says that: nil where it
// is in the room. There is room for one word, and nobody waits for others.
func tellFirst(first chan<- error, event session.Event) {
	var err error
	switch event := event.(type) {
	case session.Connected:
	case session.Disconnected:
		err = event.Err
	default:
		return
	}
	select {
	case first <- err:
	default:
	}
}

// yield lets the keys and the screen have the processor after each piece of a flood: with the
// reader, which is ready again at once, the session's goroutine would have it for 10 ms at a
// time, and so would each goroutine that a key passes wait for that long.
func yield(event session.Event) {
	switch event.(type) {
	case session.Received, session.Pause:
		runtime.Gosched()
	}
}

// silent leaves out the error that says no more than that ctx has ended.
func silent(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}
