package tui

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestFullDiskIsToldOnceAndTheRoomGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScreen(t, "alice", 80, 24)
		end := s.board.serve(Config{Name: "alice", LogFile: "/dev/full"}, nil, new(bell))
		for i := range 3 {
			s.arrive(fmt.Sprintf("bob: hello %d\n", i))
			time.Sleep(2 * time.Second) // in the bubble: until it is flushed
			synctest.Wait()
		}
		s.Update(changedMsg{})
		s.want("* │ the log ends here: /dev/full: no space left on device", "bob │ hello 2")
		if n := strings.Count(strings.Join(s.rows(), "\n"), "the log ends here"); n != 1 {
			t.Errorf("it is told %d times:\n%s", n, s.View())
		}
		if err := end(); err != nil {
			t.Errorf("it is told again: %v", err)
		}
	})
}

func TestEndOfTheLogThatIsLostIsAnError(t *testing.T) {
	s := newScreen(t, "alice", 80, 24)
	end := s.board.serve(Config{Name: "alice", LogFile: "/dev/full"}, nil, new(bell))
	s.arrive("bob: hello\n")
	if err := end(); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("the error is %v", err)
	}
}
