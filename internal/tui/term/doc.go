// Package term is what lies between Bubble Tea v1 and a terminal. That line of Bubble Tea takes no more
// changes, so its gaps are closed here, one to a file, and each file says which:
//
//   - quiet: importing Bubble Tea makes every command ask the terminal, and wait
//   - [Probe]: its question for the background can hang for five seconds
//   - [UseColors]: what was found out before main ran is wrong and kept
//   - [Input]: sequences, runes and pastes that come in parts are broken; an answer that comes late is taken for
//     typing
//   - [Output], [CursorAt]: the cursor is hidden at the bottom, where no input method looks for it; frames
//     tear; a row that is wider than the terminal thinks wraps; the mouse is lost when suspended; there is no bell
//   - [Link]: there are no links
//   - [Pace]: it looks for a new frame 60 times a second, for as long as it runs
//   - [State]: a panic outside of Bubble Tea leaves the terminal raw
//
// The package knows terminals. It does not know what is on the screen.
package term
