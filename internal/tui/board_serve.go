package tui

import (
	"fmt"
	"sync"

	"bcast/internal/text"
)

// serve makes the board what cfg wants of it: rename asks a framed server for another name,
// and r calls the person. It is called before the session runs. Once that has ended, end
// ends what serve has begun; what is saved and logged is in the files then, or the error says
// why the log is not.
func (b *board) serve(cfg Config, rename func(name string), r ringer) (end func() error) {
	b.configure(cfg, rename)
	b.openLog(cfg.LogFile)
	done := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() { // end waits for it
		defer b.rescue()
		b.ring(r, cfg.Notify, done)
	})
	return func() error {
		close(done)
		running.Wait()
		b.saving.Wait()
		b.release()
		if b.log == nil {
			return nil
		}
		if err := b.log.Close(); err != nil {
			return fmt.Errorf("the end of the log is lost: %w", err)
		}
		return nil
	}
}

// configure sets what of cfg is the board's.
func (b *board) configure(cfg Config, rename func(name string)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.name, b.rename, b.noPresence = cfg.Name, rename, cfg.NoPresence
	for _, word := range cfg.Highlight {
		b.attention.words = append(b.attention.words, newWatchword(text.Clean([]byte(word))))
	}
}
