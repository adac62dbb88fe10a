package wire

const (
	// MaxTime is the last millisecond of the year 9999, counted from the
	// beginning of 1970 in UTC: the last that RFC 3339 can write.
	MaxTime = 253402300799999

	// timeSize is the length of a time in a frame: 2006-01-02T15:04:05.000Z.
	timeSize = 24

	second = 1000
	minute = 60 * second
	hour   = 60 * minute
	day    = 24 * hour
)

// appendTime appends a time in milliseconds since 1970 as RFC 3339 has it. One
// before 1970 or after 9999 becomes the nearest that is neither.
func appendTime(b []byte, at int64) []byte {
	at = min(max(at, 0), MaxTime)
	y, m, d := date(int(at / day))
	at %= day
	b = append(b, "0000-00-00T00:00:00.000Z"...)
	t := b[len(b)-timeSize:]
	putDigits(t[0:4], y)
	putDigits(t[5:7], m)
	putDigits(t[8:10], d)
	putDigits(t[11:13], int(at/hour))
	putDigits(t[14:16], int(at%hour/minute))
	putDigits(t[17:19], int(at%minute/second))
	putDigits(t[20:23], int(at%second))
	return b
}

// parseTime reads what appendTime writes, and nothing else.
func parseTime(p []byte) (at int64, ok bool) {
	if len(p) != timeSize || p[4] != '-' || p[7] != '-' || p[10] != 'T' || p[13] != ':' ||
		p[16] != ':' || p[19] != '.' || p[23] != 'Z' {
		return 0, false
	}
	y, m, d := digits(p[0:4]), digits(p[5:7]), digits(p[8:10])
	h, min, s, ms := digits(p[11:13]), digits(p[14:16]), digits(p[17:19]), digits(p[20:23])
	if y < 1970 || m < 1 || m > 12 || d < 1 || h < 0 || h > 23 || min < 0 || min > 59 || s < 0 || s > 59 || ms < 0 {
		return 0, false
	}
	since := days(y, m, d)
	if _, same, _ := date(since); same != m { // the 30th of February
		return 0, false
	}
	return int64(since)*day + int64(h*hour+min*minute+s*second+ms), true
}

// digits reads p, which is to be digits; it is negative if something else is among them.
func digits(p []byte) (n int) {
	for _, c := range p {
		if !isDigit(c) {
			return -1
		}
		n = 10*n + int(c-'0')
	}
	return n
}

// The arithmetic of dates below counts years from March, so that the day that
// not every year has is the last; 400 years have 146,097 days, 719,468 are from
// the year 0 to 1970. (Howard Hinnant, "chrono-compatible low-level date algorithms")

// date is the year, month and day of a day that is counted from 1970.
func date(days int) (y, m, d int) {
	days += 719468
	era, doe := days/146097, days%146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d = doy - (153*mp+2)/5 + 1
	m = (mp+2)%12 + 1
	y = era*400 + yoe
	if m <= 2 {
		y++
	}
	return y, m, d
}

// days counts the days from 1970 to a date.
func days(y, m, d int) int {
	if m <= 2 {
		y--
	}
	era, yoe := y/400, y%400
	doy := (153*((m+9)%12)+2)/5 + d - 1
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468
}

// putDigits writes n in decimal, as many digits as p has room for.
func putDigits(p []byte, n int) {
	for i := len(p) - 1; i >= 0; i-- {
		p[i] = byte('0' + n%10)
		n /= 10
	}
}
