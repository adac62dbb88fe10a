// Package text is the gate between what strangers sent and a terminal: nothing that
// passes it can make a terminal do anything but show text.
//
// [Clean] takes one line, [Gate] a stream of lines, and [Width] measures what they give.
// A line is made safe in four steps, and the order matters:
//
//  1. An overlong line is cut between two grapheme clusters.
//  2. Every rune is shown as it is, shown as a sign, or dropped. From here on the line is
//     valid UTF-8 without control and format characters.
//  3. Marks beyond eight in a cluster are dropped. Clusters are found in what step 2 left,
//     so that whoever segments the result later finds the same ones.
//  4. Tabs become spaces, by the width of what stands before them.
//
// Colours and links do not survive: a sender has no way to style text. Neither do tag
// sequences (the flags of Scotland and Wales), conjuncts asked for with ZWJ, or the
// half-space of Persian (ZWNJ). That is the price of a rule that fits on a page.
//
// [Links] finds addresses of the web in what has passed.
//
// The package knows no protocol, no screen and no locale.
package text
