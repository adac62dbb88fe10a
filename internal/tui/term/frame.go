package term

// A frame is what goes to the terminal for what somebody wrote: most of that, and some more. It knows which is
// which, so that whoever wrote it can be told how far it got.
type frame struct {
	out  []byte
	in   int // how much was dealt with of what was written
	runs []run
}

// A run is a piece that was copied: from in to out, of n bytes.
type run struct{ in, out, n int }

func (f *frame) copy(b []byte) {
	if len(b) == 0 {
		return
	}
	f.runs = append(f.runs, run{f.in, len(f.out), len(b)})
	f.out = append(f.out, b...)
	f.in += len(b)
}

// skip leaves out the next n bytes.
func (f *frame) skip(n int) { f.in += n }

// add puts in what nobody wrote.
func (f *frame) add(s string) { f.out = append(f.out, s...) }

// taken returns how far the writer got if the terminal took n bytes of out.
func (f *frame) taken(n int) int {
	taken := 0
	for _, r := range f.runs {
		if r.out >= n {
			break
		}
		taken = r.in + min(r.n, n-r.out)
	}
	return taken
}
