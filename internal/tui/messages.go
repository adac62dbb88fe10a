package tui

// changedMsg says that the board has something new.
type changedMsg struct{}

// forgetMsg says that the time to press a key again is over. It carries the
// number of the hint it belongs to.
type forgetMsg struct{ hint int }

// minuteMsg says that another minute has begun.
type minuteMsg struct{}

// rateMsg says that it is time to look at how much comes.
type rateMsg struct{}

// restMsg says that it is time to see whether the screen has changed.
type restMsg struct{}
