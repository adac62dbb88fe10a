package wire

// MaxSniffTLS is how many bytes SniffTLS needs at most.
const MaxSniffTLS = 6

// SniffTLS tells whether a stream that begins with p is a TLS client's: its first record
// is then a handshake of some version 3.x that begins with a ClientHello (RFC 8446
// sections 4 and 5.1, which hold for earlier versions, too). It is Undecided only while p
// has less than MaxSniffTLS bytes.
func SniffTLS(p []byte) Verdict {
	const (
		handshake   = 22 // ContentType
		clientHello = 1  // HandshakeType
	)
	head := [MaxSniffTLS]byte{handshake, 3, 0, 0, 0, clientHello} // 3 and 4 are the record's length
	come := copy(head[:], p)                                      // what is missing may yet be right
	switch {
	case head[0] != handshake, head[1] != 3, head[2] > 4, head[5] != clientHello:
		return Other
	case come < MaxSniffTLS:
		return Undecided
	}
	return TLS
}
