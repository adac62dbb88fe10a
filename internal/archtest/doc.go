// Package archtest keeps the house in order. Its tests read the source of every package of the module
// and fail, with the reason, where one breaks a rule: an import that goes up or across a floor, a
// library outside the room that is made for it, a goroutine or a socket where there is none to be, a
// package that does not say what it is, a file that has grown too long.
//
// The table of floors is in house_test.go, the rules are in rules_test.go. The package knows where the
// others stand and nothing of what they do; no other package imports it.
package archtest
