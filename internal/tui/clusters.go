package tui

import (
	"iter"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// A place in a text is a byte offset. The places where a cursor may stand are the edges of
// its grapheme clusters: what people see as one character is never entered.

// clusterBefore returns the last edge before at, or 0.
func clusterBefore(s string, at int) int {
	for cluster := graphemes.FromString(s); cluster.Next(); {
		if cluster.End() >= at {
			return cluster.Start()
		}
	}
	return 0
}

// clusterAfter returns the first edge behind at, or the end of s.
func clusterAfter(s string, at int) int {
	return clusterEdge(s, at+1)
}

// clusterEdge returns at if it is an edge, else the first edge behind it. Behind the end of s
// there is none but the end.
func clusterEdge(s string, at int) int {
	if at == 0 {
		return 0
	}
	for cluster := graphemes.FromString(s); cluster.Next(); {
		if cluster.End() >= at {
			return cluster.End()
		}
	}
	return len(s)
}

// wordKind says what sort of word a cluster belongs to.
type wordKind uint8

const (
	wordNone wordKind = iota // it stands between words
	wordPlain
	wordHan
	wordHiragana
	wordKatakana
)

// wordOf sorts a cluster, which follows one of kind before, as readline does: words are
// letters and digits. As Japanese has no spaces, a word also ends where its script changes,
// which is where editors there stop.
func wordOf(cluster string, before wordKind) wordKind {
	r, _ := utf8.DecodeRuneInString(cluster)
	longVowel := r == 'ー' || r == 'ｰ' // both kana have it
	switch {
	case !unicode.IsLetter(r) && !unicode.IsNumber(r):
		return wordNone
	case longVowel && before == wordHiragana, unicode.Is(unicode.Hiragana, r):
		return wordHiragana
	case longVowel || unicode.Is(unicode.Katakana, r):
		return wordKatakana
	case unicode.Is(unicode.Han, r):
		return wordHan
	}
	return wordPlain
}

// wordBetweenSpaces sorts a cluster where words are what stands between white space.
func wordBetweenSpaces(cluster string, _ wordKind) wordKind {
	if r, _ := utf8.DecodeRuneInString(cluster); unicode.IsSpace(r) {
		return wordNone
	}
	return wordPlain
}

// wordSpans yields where each word of s begins and ends: the longest runs of one kind.
func wordSpans(s string, kindOf func(cluster string, before wordKind) wordKind) iter.Seq2[int, int] {
	return func(yield func(start, end int) bool) {
		start, kind := 0, wordNone
		for cluster := graphemes.FromString(s); cluster.Next(); {
			next := kindOf(cluster.Value(), kind)
			if next == kind {
				continue
			}
			if kind != wordNone && !yield(start, cluster.Start()) {
				return
			}
			start, kind = cluster.Start(), next
		}
		if kind != wordNone {
			yield(start, len(s))
		}
	}
}

// wordBefore returns where the last word begins that begins before at, or 0.
func wordBefore(s string, at int, kindOf func(string, wordKind) wordKind) int {
	before := 0
	for start := range wordSpans(s, kindOf) {
		if start >= at {
			break
		}
		before = start
	}
	return before
}

// wordAfter returns where the first word ends that ends behind at, or the end of s.
func wordAfter(s string, at int) int {
	for _, end := range wordSpans(s, wordOf) {
		if end > at {
			return end
		}
	}
	return len(s)
}
