package bench

// reserve has nothing to do: this system does not limit open sockets so.
func reserve(int) error { return nil }
