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
	want := [MaxSniffTLS]func(byte) bool{
		func(b byte) bool { return b == handshake },
		func(b byte) bool { return b == 3 },
		func(b byte) bool { return b <= 4 },
		func(byte) bool { return true }, // the record's length
		func(byte) bool { return true },
		func(b byte) bool { return b == clientHello },
	}
	for i, isRight := range want {
		switch {
		case i == len(p):
			return Undecided
		case !isRight(p[i]):
			return Other
		}
	}
	return TLS
}
