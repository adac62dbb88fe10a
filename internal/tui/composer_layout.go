package tui

import (
	"slices"
	"strings"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"bcast/internal/text"
)

// A composerLayout is a text as it stands in rows of a width: cut after as many cells as fit, a
// wide character never, and at each line end.
type composerLayout struct {
	text  string
	width int

	rows  []string        // safe for a terminal by the rules of text.Clean
	stops []composerStop  // where a cursor may stand, in rising order
	line  strings.Builder // the row that is being filled
	col   int             // cells in it
}

// A composerStop is the cell in which the cursor is shown that stands at a place in the text.
type composerStop struct{ at, row, col int }

// layOut lays s out. It is never without a row, and where a line fills its last row, another
// one follows it, so that a cursor behind the line has a cell.
func layOut(s string, width int) composerLayout {
	l := composerLayout{text: s, width: width}
	for start := 0; ; {
		end := lineEnd(s, start)
		l.addLine(s[start:end], start)
		l.breakRow()
		if end == len(s) {
			return l
		}
		start = end + 1
	}
}

// addLine lays out a line that begins at byte start of the text, and leaves its last row open.
func (l *composerLayout) addLine(line string, start int) {
	visible, pieces := composerVisible(line)
	next := 0 // of pieces
	for cluster := graphemes.FromString(visible); cluster.Next(); {
		shown, cells := cluster.Value(), 1
		if len(shown) > 1 || shown[0] >= 0x80 {
			cells = text.Width(shown)
		}
		if cells > l.width {
			shown, cells = ellipsis, 1
		}
		if l.col+max(1, cells) > l.width { // what takes no cell still needs one to stand before
			l.breakRow()
		}
		if pieces == nil {
			l.stop(start + cluster.Start())
		}
		for ; next < len(pieces) && pieces[next].shown < cluster.End(); next++ {
			l.stop(start + pieces[next].at)
		}
		l.line.WriteString(shown)
		l.col += cells
	}
	if l.col >= l.width {
		l.breakRow()
	}
	for ; next < len(pieces); next++ {
		l.stop(start + pieces[next].at)
	}
	l.stop(start + len(line))
}

// ellipsis stands for a character that is wider than the row.
const ellipsis = "…"

// breakRow ends a row.
func (l *composerLayout) breakRow() {
	l.rows = append(l.rows, l.line.String())
	l.line.Reset()
	l.col = 0
}

// stop notes that the next cell is that of the place at.
func (l *composerLayout) stop(at int) {
	l.stops = append(l.stops, composerStop{at, len(l.rows), l.col})
}

// find returns the cell of the place at. Of places inside a cluster it is that of the cluster.
func (l *composerLayout) find(at int) composerStop {
	i, ok := slices.BinarySearchFunc(l.stops, at, func(s composerStop, at int) int { return s.at - at })
	if !ok {
		i--
	}
	return l.stops[i]
}

// at returns the place in a row that is in a cell or, if there is none, the last before it.
func (l *composerLayout) at(row, col int) int {
	first, _ := slices.BinarySearchFunc(l.stops, row, func(s composerStop, row int) int { return s.row - row })
	best := l.stops[first]
	for _, s := range l.stops[first:] {
		if s.row > row || s.col > col {
			break
		}
		if s.col > best.col {
			best = s
		}
	}
	return best.at
}

// maxJoined is how far into clusters that are joined the cell of the cursor is exact, in bytes.
const maxJoined = 256

// A composerPiece is a place in a line, and where in what is shown of the line it is.
type composerPiece struct{ at, shown int }

// composerVisible returns line made safe for a terminal, and, where that differs from the line,
// where its clusters are in it.
func composerVisible(line string) (visible string, pieces []composerPiece) {
	if isVisible(line) {
		return line, nil
	}
	var edges []int // of line's clusters
	for cluster := graphemes.FromString(line); cluster.Next(); {
		edges = append(edges, cluster.End())
	}
	// Each cluster is made safe on its own. Where that takes away what kept it apart from the
	// next one, as a joiner between two halves of a flag, the two are made safe together.
	for groups := slices.Clone(edges); ; {
		var b strings.Builder
		ends := make([]int, len(groups)) // of groups, in b
		start := 0
		for i, end := range groups {
			b.WriteString(text.Clean([]byte(line[start:end])))
			ends[i], start = b.Len(), end
		}
		visible = b.String()
		apart := clustersApart(visible, ends)
		if len(apart) == len(groups) {
			return visible, piecesOf(line, edges, groups, ends)
		}
		kept := make([]int, len(apart))
		for i, group := range apart {
			kept[i] = groups[group]
		}
		groups = kept
	}
}

// isVisible reports whether Clean leaves line as it is. It asks piece by piece, as Clean shows
// only so much of a line.
func isVisible(line string) bool {
	for len(line) > text.MaxShown {
		n := clusterBefore(line, text.MaxShown)
		if n == 0 || text.Clean([]byte(line[:n])) != line[:n] {
			return false
		}
		line = line[n:]
	}
	return text.Clean([]byte(line)) == line
}

// clustersApart returns the indices of those ends at which a cluster of s ends.
func clustersApart(s string, ends []int) []int {
	apart := make([]int, 0, len(ends))
	cluster := graphemes.FromString(s)
	edge := 0
	for i, end := range ends {
		for edge < end && cluster.Next() {
			edge = cluster.End()
		}
		if edge == end {
			apart = append(apart, i)
		}
	}
	return apart
}

// piecesOf returns where the clusters of a line, given by their ends, are in what is shown: it
// consists of groups of clusters, whose ends are given in the line and in what is shown.
func piecesOf(line string, edges, groups, ends []int) []composerPiece {
	pieces := make([]composerPiece, len(edges))
	at, start, shown, group := 0, 0, 0, 0
	for i, edge := range edges {
		pieces[i] = composerPiece{at, shown}
		if start < at && at <= start+maxJoined {
			pieces[i].shown = min(shown+len(text.Clean([]byte(line[start:at]))), ends[group])
		}
		if at = edge; at == groups[group] {
			start, shown = at, ends[group]
			group++
		}
	}
	return pieces
}
