// Package feed is what a client of the room knows: the latest entries, and which rows of
// them are on the screen.
//
// A [Feed] keeps entries within bounds of number and size, and drops the oldest. Of what
// it keeps it wraps only what the screen shows, so that neither an arrival nor a key costs
// more with a long feed than with a short one.
//
// The reader either follows the end, where the newest row is the last on the screen, or
// reads back. Then the screen is anchored to a place in the text of an entry, which no
// count of rows can shift: what arrives below or is dropped above leaves the rows on the
// screen as they are, and after any number of resizes the same words stand at the top.
//
// Some rows are separators: they tell of another day, of what came while the reader did not
// look, and of what was dropped. They scroll and hold the reader's place like others. A row
// carries figures; the words are those of whoever draws it.
//
// What the reader looks for is found in whole entries, never in rows. Once all of them have
// been looked through, an arrival costs one look at itself.
//
// A [Parser] makes entries of plain lines, [Message] of what comes with its author;
// [Wrap] breaks text into rows, for the feed and for whoever shows text beside it.
//
// The package knows no protocol, no colours and no clock, does no I/O, and starts no
// goroutines. Its types are not safe for concurrent use.
package feed
