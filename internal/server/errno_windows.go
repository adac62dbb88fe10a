package server

import "golang.org/x/sys/windows"

// The constants of package syscall with Unix names are invented on Windows: sockets
// never return them. See errno_unix.go for what each of these is for.

const (
	errInUse   = windows.WSAEADDRINUSE
	errRefused = windows.WSAECONNREFUSED
)

var (
	errsPassing = []error{
		windows.WSAEMFILE, windows.WSAENOBUFS, windows.ERROR_NOT_ENOUGH_MEMORY,
		windows.WSAENETDOWN, windows.WSAENETUNREACH, windows.WSAEHOSTDOWN, windows.WSAEHOSTUNREACH,
	}
	errsConnLost = []error{windows.WSAECONNABORTED, windows.WSAECONNRESET}
	errsNoFamily = []error{windows.WSAEADDRNOTAVAIL, windows.WSAEAFNOSUPPORT}
)
