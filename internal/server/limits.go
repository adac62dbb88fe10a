package server

const (
	// reservedDescriptors are left for all that is not a connection: listeners,
	// logs, files, the runtime's poller.
	reservedDescriptors = 64
	// maxDefaultConns bounds the default where descriptors are as good as unlimited.
	maxDefaultConns = 1 << 20
	// unlimitedConns is the default on systems that do not limit descriptors.
	unlimitedConns = 1 << 14
)

// DefaultMaxConns returns the number of connections that this process can have open
// at a time: its descriptor limit at the time of the call less a reserve for other
// uses, or 16,384 on systems without such a limit. It is at least 1 and at most
// 1,048,576.
func DefaultMaxConns() int {
	descriptors, ok := descriptorLimit()
	if !ok {
		return unlimitedConns
	}
	if descriptors > maxDefaultConns {
		return maxDefaultConns
	}
	limit := int(descriptors)
	// Half of a limit that is hardly more than the reserve is better than none of it.
	return max(limit-reservedDescriptors, limit/2, 1)
}
