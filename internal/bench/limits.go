package bench

import "fmt"

// reservedDescriptors are what a process needs that are no connections: its streams,
// the runtime's poller, a timer.
const reservedDescriptors = 32

// A DescriptorsError says that the system does not let this process open as many
// connections as there are to be members.
type DescriptorsError struct {
	Members int    // wanted
	Limit   uint64 // open files that the process may have, where that is known
	Err     error  // what the system said, if it was asked
}

func (e *DescriptorsError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%d members are more than the system has open files for: %v", e.Members, e.Err)
	}
	return fmt.Sprintf("%d members need %d open files, and the limit is %d", e.Members, e.Needed(), e.Limit)
}

func (e *DescriptorsError) Unwrap() error { return e.Err }

// Needed is how many open files would do.
func (e *DescriptorsError) Needed() uint64 { return uint64(e.Members + reservedDescriptors) }
