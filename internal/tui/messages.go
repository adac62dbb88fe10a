package tui

// changedMsg says that the board has something new.
type changedMsg struct{}

// forgetMsg says that the time to press a key again is over. It carries the
// number of the hint it belongs to.
type forgetMsg struct{ hint int }
