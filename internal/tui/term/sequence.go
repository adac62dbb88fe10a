package term

const (
	esc = 0x1b
	bel = 0x07
)

// sequence returns the length of the escape sequence that b begins with, or 0 if its end is not in b. b[0] is
// ESC. A byte that cannot be in a sequence ends it and is no part of it, so nobody waits for an end that never
// comes.
func sequence(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '[': // CSI
		for i, c := range b[2:] {
			switch {
			case c >= 0x40 && c <= 0x7e:
				return 2 + i + 1
			case c < 0x20 || c > 0x7e:
				return 2 + i
			}
		}
		return 0
	case ']', '_', '^', 'P', 'X': // OSC, APC, PM, DCS, SOS
		for i, c := range b[2:] {
			switch {
			case c == bel:
				return 2 + i + 1
			case c == esc:
				return stringEnd(b, 2+i)
			case c < 0x20:
				return 2 + i
			}
		}
		return 0
	case 'O': // SS3, as which terminals send some keys
		if len(b) < 3 {
			return 0
		}
		if b[2] < 0x20 {
			return 2
		}
		return 3
	case esc: // the first one stands alone
		return 1
	default:
		return 2
	}
}

// stringEnd returns where the string ends that has an ESC at i, or 0 if that depends on what follows.
func stringEnd(b []byte, i int) int {
	switch {
	case i+1 == len(b):
		return 0
	case b[i+1] == '\\':
		return i + 2
	default:
		return i
	}
}
