package tui

import (
	"sync"

	past "bcast/internal/history"
	"bcast/internal/text"
)

// keeperQueue is how many lines wait for a slow disk. What is more is not kept for later
// runs: the person does not wait.
const keeperQueue = 100

// A keeper has what was sent written into the history of later runs.
type keeper struct {
	entries chan string
	writing sync.WaitGroup
}

// openKeeper returns a keeper, and what earlier runs have kept, the oldest first. Without a
// path nothing is kept; nor is it if the file cannot be used, which the person is told.
func openKeeper(path string, b *board) (k *keeper, earlier []string) {
	if path == "" {
		return nil, nil
	}
	file, err := past.Open(path)
	if err != nil {
		b.mark("no history: " + text.Clean([]byte(err.Error())))
		return nil, nil
	}
	k = &keeper{entries: make(chan string, keeperQueue)}
	k.writing.Go(func() { // close waits for it
		defer b.rescue()
		for entry := range k.entries {
			if err := file.Add(entry); err != nil {
				b.mark("the history is not kept any more: " + text.Clean([]byte(err.Error())))
				break
			}
		}
		for range k.entries { // a line that is sent does not wait for a broken disk either
		}
	})
	return k, file.Entries()
}

// put has a line written. It does not wait.
func (k *keeper) put(entry string) {
	if k == nil {
		return
	}
	select {
	case k.entries <- entry:
	default:
	}
}

// close waits until all is written. There is no put after it.
func (k *keeper) close() {
	if k != nil {
		close(k.entries)
		k.writing.Wait()
	}
}
