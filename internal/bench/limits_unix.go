//go:build unix

package bench

import "golang.org/x/sys/unix"

// reserve makes sure that the process may open as many connections. The Go runtime
// has raised the soft limit to the hard one already; the hard one may be raised by
// those who are allowed to.
func reserve(members int) error {
	var lim unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &lim); err != nil {
		return nil //nolint:nilerr // then the first connection too many tells
	}
	short := &DescriptorsError{Members: members, Limit: uint64(lim.Cur)} //nolint:unconvert // signed on FreeBSD
	if short.Limit >= short.Needed() {
		return nil
	}
	raise(&lim.Cur, &lim.Max, short.Needed())
	if unix.Setrlimit(unix.RLIMIT_NOFILE, &lim) != nil {
		return short
	}
	return nil
}

// raise works on the numbers of every system, signed or not.
func raise[T int64 | uint64](soft, hard *T, needed uint64) {
	*soft = T(needed)
	*hard = max(*hard, *soft)
}
