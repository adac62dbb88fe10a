package tui

import (
	"reflect"
	"strings"
	"testing"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// Keys by the names that the tests below give them.
var composerTestKeys = map[string]tea.KeyMsg{
	"Left":      {Type: tea.KeyLeft},
	"Right":     {Type: tea.KeyRight},
	"^B":        {Type: tea.KeyCtrlB},
	"^F":        {Type: tea.KeyCtrlF},
	"Alt+B":     {Type: tea.KeyRunes, Runes: []rune{'b'}, Alt: true},
	"Alt+F":     {Type: tea.KeyRunes, Runes: []rune{'f'}, Alt: true},
	"^Left":     {Type: tea.KeyCtrlLeft},
	"^Right":    {Type: tea.KeyCtrlRight},
	"Alt+Left":  {Type: tea.KeyLeft, Alt: true},
	"Alt+Right": {Type: tea.KeyRight, Alt: true},
	"Home":      {Type: tea.KeyHome},
	"End":       {Type: tea.KeyEnd},
	"^A":        {Type: tea.KeyCtrlA},
	"^E":        {Type: tea.KeyCtrlE},

	"Backspace":     {Type: tea.KeyBackspace},
	"^H":            {Type: tea.KeyCtrlH},
	"Delete":        {Type: tea.KeyDelete},
	"^D":            {Type: tea.KeyCtrlD},
	"^U":            {Type: tea.KeyCtrlU},
	"^K":            {Type: tea.KeyCtrlK},
	"^W":            {Type: tea.KeyCtrlW},
	"Alt+Backspace": {Type: tea.KeyBackspace, Alt: true},
	"Alt+^H":        {Type: tea.KeyCtrlH, Alt: true},
	"Alt+D":         {Type: tea.KeyRunes, Runes: []rune{'d'}, Alt: true},
	"^Y":            {Type: tea.KeyCtrlY},
	"Alt+Y":         {Type: tea.KeyRunes, Runes: []rune{'y'}, Alt: true},
	"Alt+Enter":     {Type: tea.KeyEnter, Alt: true},
	"Up":            {Type: tea.KeyUp},
	"Down":          {Type: tea.KeyDown},
	"^R":            {Type: tea.KeyCtrlR},
	"^T":            {Type: tea.KeyCtrlT},
	"^_":            {Type: tea.KeyCtrlUnderscore},
}

func typed(s string) tea.KeyMsg { return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(s)} }
func pasted(s string) tea.KeyMsg {
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(s), Paste: true}
}

// composerAt returns a composer with the text and the cursor that a mark says: "ab|c".
func composerAt(t testing.TB, marked string) *composer {
	t.Helper()
	before, after, ok := strings.Cut(marked, "|")
	if !ok {
		t.Fatalf("no cursor in %q", marked)
	}
	c := newComposer(1024)
	c.text, c.cursor = before+after, len(before)
	return &c
}

func marked(c *composer) string { return c.text[:c.cursor] + "|" + c.text[c.cursor:] }

// pressAll presses the keys that script names, between spaces. What is no key's name is typed.
func pressAll(c *composer, script string) {
	for _, name := range strings.Fields(script) {
		if msg, ok := composerTestKeys[name]; ok {
			c.Press(msg)
			continue
		}
		c.Press(typed(name))
	}
}

func TestComposerKeysEditAsReadlineDoes(t *testing.T) {
	tests := []struct{ keys, before, after string }{
		{"Left", "ab|c", "a|bc"},
		{"Left", "|abc", "|abc"},
		{"^B", "ab|c", "a|bc"},
		{"Right", "ab|c", "abc|"},
		{"Right", "abc|", "abc|"},
		{"^F", "a|bc", "ab|c"},
		{"Home", "ab|c", "|abc"},
		{"^A", "ab|c", "|abc"},
		{"End", "ab|c", "abc|"},
		{"^E", "|abc", "abc|"},

		{"Alt+B", "one two|", "one |two"},
		{"Alt+B", "one t|wo", "one |two"},
		{"Alt+B", "one, |two", "|one, two"},
		{"^Left", "  |one", "|  one"},
		{"^Left", "x-y_z3|", "x-y_|z3"},
		{"Alt+Left", "one two|", "one |two"},
		{"Alt+F", "|one two", "one| two"},
		{"Alt+Right", "|one two", "one| two"},
		{"Alt+F", "o|ne two", "one| two"},
		{"Alt+F", "one|, two!", "one, two|!"},
		{"^Right", "two|  ", "two  |"},

		{"Backspace", "ab|c", "a|c"},
		{"Backspace", "|abc", "|abc"},
		{"^H", "abc|", "ab|"},
		{"Delete", "ab|c", "ab|"},
		{"Delete", "abc|", "abc|"},
		{"^D", "|abc", "|bc"},
		{"^D", "abc|", "abc|"},
		{"^K", "ab|cd", "ab|"},
		{"^U", "ab|cd", "|cd"},
		{"^W", "say a/b-c|d", "say |d"},
		{"^W", "say a/b \u3000 |d", "say |d"},
		{"^W", " a|", " |"},
		{"Alt+Backspace", "say a/b|", "say a/|"},
		{"Alt+Backspace", "say: |x", "|x"},
		{"Alt+^H", "one two|", "one |"},
		{"Alt+D", "|say a", "| a"},
		{"Alt+D", "say| a.", "say|."},

		{"^T", "ab|cd", "acb|d"},
		{"^T", "abcd|", "abdc|"},
		{"^T", "|ab", "|ab"},
		{"^T", "a|", "a|"},
		{"^T", "aa|", "aa|"},
		{"^T ^T ^T", "a|bcd", "bcda|"},
		{"x y", "a|b", "axy|b"},
	}
	for _, tt := range tests {
		c := composerAt(t, tt.before)
		pressAll(c, tt.keys)
		if got := marked(c); got != tt.after {
			t.Errorf("%s makes %q of %q, want %q", tt.keys, got, tt.before, tt.after)
		}
	}
}

func TestComposerTakesEachKeyOfItsMapForOneThing(t *testing.T) {
	tried := map[string]bool{}
	for name, msg := range composerTestKeys {
		tried[msg.String()] = true
		if c := composerAt(t, "one two| three"); !c.Press(msg) {
			t.Errorf("%s is not taken", name)
		}
	}
	bound := map[string]bool{}
	keys := reflect.ValueOf(defaultComposerKeyMap())
	for i := range keys.NumField() {
		for _, name := range keys.Field(i).Interface().(key.Binding).Keys() {
			if name == "tab" || name == "shift+tab" {
				continue // for Complete, not for Press
			}
			if !tried[name] {
				t.Errorf("%s is bound, but no test presses it", name)
			}
			if bound[name] {
				t.Errorf("%s is bound twice", name)
			}
			bound[name] = true
		}
	}
}

func TestComposerListsAllOfItsKeysWithWords(t *testing.T) {
	for _, tt := range []struct {
		keyMap any
		listed []key.Binding
	}{
		{defaultComposerKeyMap(), defaultComposerKeyMap().All()},
		{searchKeys, searchKeys.All()},
	} {
		listed := map[string]bool{}
		for _, binding := range tt.listed {
			if binding.Help().Key == "" || binding.Help().Desc == "" || listed[binding.Help().Key] {
				t.Errorf("%v has no words, or those of another", binding.Keys())
			}
			listed[binding.Help().Key] = true
		}
		if n := reflect.TypeOf(tt.keyMap).NumField(); len(tt.listed) != n {
			t.Errorf("%T: %d of %d bindings are listed", tt.keyMap, len(tt.listed), n)
		}
	}
}

func TestComposerStopsAtClustersAlone(t *testing.T) {
	for _, cluster := range []string{
		"👨‍👩‍👧‍👦", "🇯🇵", "👍🏽", "👩🏽‍🚀", "❤️", "1️⃣", // emoji
		"e\u0301", "a\u0323\u0302", // combining marks
		"ﾊﾟ", "ｶﾞ", "か\u3099", // kana
		"한", "\u1112\u1161\u11AB", // Hangul
		"น้ำ", "ก็", // Thai
		"क्षि",    // Devanagari
		"ی\u200C", // Persian
		"漢", "a", " ",
	} {
		tests := []struct{ keys, before, after string }{
			{"Left", "x" + cluster + "|y", "x|" + cluster + "y"},
			{"Right", "x|" + cluster + "y", "x" + cluster + "|y"},
			{"Backspace", "x" + cluster + "|y", "x|y"},
			{"Backspace", cluster + "|", "|"},
			{"Delete", "x|" + cluster + "y", "x|y"},
			{"^T", "x" + cluster + "|y", "xy" + cluster + "|"},
			{"^T", "x|" + cluster + "y", cluster + "x|y"},
			{"End ^K Left Delete", "x" + cluster + "|", "x|"},
		}
		for _, tt := range tests {
			c := composerAt(t, tt.before)
			pressAll(c, tt.keys)
			if got := marked(c); got != tt.after {
				t.Errorf("%s makes %q of %q, want %q", tt.keys, got, tt.before, tt.after)
			}
		}
	}
}

func TestComposerJoinsWhatBelongsTogether(t *testing.T) {
	tests := []struct {
		name, before string
		press        []tea.KeyMsg
		after        string
	}{
		{"a mark", "e|x", []tea.KeyMsg{typed("\u0301")}, "e\u0301|x"},
		{"a voiced mark", "ｶ|", []tea.KeyMsg{typed("ﾞ")}, "ｶﾞ|"},
		{"a jamo", "하|", []tea.KeyMsg{typed("\u11AB")}, "하\u11AB|"},
		{"a flag's second half", "🇯|🇨🇳", []tea.KeyMsg{typed("🇵")}, "🇯🇵|🇨🇳"},
		{"a skin tone", "👍|", []tea.KeyMsg{typed("🏽")}, "👍🏽|"},
		{"a joiner, then an emoji", "👩|", []tea.KeyMsg{typed("\u200D"), typed("🚀")}, "👩‍🚀|"},
		{"a joiner between two emoji", "👩|🚀", []tea.KeyMsg{typed("\u200D")}, "👩‍🚀|"},
		{"half a flag before another flag", "|🇯🇵", []tea.KeyMsg{typed("🇨")}, "🇨🇯|🇵"},
		{"what stood between goes", "🇯x|🇵", []tea.KeyMsg{composerTestKeys["Backspace"]}, "🇯🇵|"},
		{"a space before a mark goes", "x|a\u0301", []tea.KeyMsg{composerTestKeys["Left"], composerTestKeys["Delete"]}, "|a\u0301"},
		{"a mark's base is left out", "a|\u200Bb", []tea.KeyMsg{composerTestKeys["Delete"]}, "a|b"},
	}
	for _, tt := range tests {
		c := composerAt(t, tt.before)
		for _, msg := range tt.press {
			c.Press(msg)
		}
		if got := marked(c); got != tt.after {
			t.Errorf("%s: %+q of %+q, want %+q", tt.name, got, tt.before, tt.after)
		}
	}
}

func TestComposerWordsOfJapaneseEndWhereTheScriptChanges(t *testing.T) {
	const stops = "おはよう|、デモ|は|14|時|です|。スーパー|らーめん|日本語|ﾃｽﾄ|ok|"
	forward := composerAt(t, "|"+strings.ReplaceAll(stops, "|", ""))
	backward := composerAt(t, forward.text+"|")
	want := strings.Split(strings.TrimSuffix(stops, "|"), "|")
	for i := range want {
		forward.Press(composerTestKeys["^Right"])
		if got, want := forward.text[:forward.cursor], strings.Join(want[:i+1], ""); got != want {
			t.Fatalf("forward to %q, want %q", got, want)
		}
	}
	for i := len(want) - 1; i >= 0; i-- {
		backward.Press(composerTestKeys["^Left"])
		want := strings.TrimLeft(strings.Join(want[i:], ""), "、。")
		if got := backward.text[backward.cursor:]; got != want {
			t.Fatalf("back to %q, want %q", got, want)
		}
	}
}

func TestComposerLeavesOtherKeysAlone(t *testing.T) {
	others := []tea.KeyMsg{
		{Type: tea.KeyCtrlS},
		{Type: tea.KeyCtrlG},
		{Type: tea.KeyEnter},
		{Type: tea.KeyCtrlC},
		{Type: tea.KeyCtrlUp},
		{Type: tea.KeyPgUp},
		{Type: tea.KeyPgDown},
		{Type: tea.KeyTab},
		{Type: tea.KeyShiftTab},
		{Type: tea.KeyEsc},
		{Type: tea.KeyF1},
		{Type: tea.KeyCtrlEnd},
		{Type: tea.KeyCtrlL},
		{Type: tea.KeyCtrlZ},
		{Type: tea.KeySpace, Runes: []rune{' '}, Alt: true},
		{Type: tea.KeyRunes, Runes: []rune{'u'}, Alt: true},
	}
	for _, msg := range others {
		for _, before := range []string{"|", "a|b"} {
			c := composerAt(t, before)
			if c.Press(msg) || marked(c) != before {
				t.Errorf("%v is taken, and makes %q of %q", msg, marked(c), before)
			}
		}
	}
}

func TestComposerFreesKeysThatDoNothingToAnEmptyText(t *testing.T) {
	for name, msg := range composerTestKeys {
		c := newComposer(1024)
		if c.Press(msg) != (name == "Alt+Enter" || name == "^R") {
			t.Errorf("%s is not for an empty composer to take, or left", name)
		}
	}
	for _, script := range []string{"abc ^U ^Y", "abc ^U ^_", "abc ^U ^Y ^U Alt+D ^Y"} {
		c := newComposer(1024)
		pressAll(&c, script)
		if c.Text() != "abc" {
			t.Errorf("%s gives %q", script, c.Text())
		}
	}
	c := newComposer(1024)
	pressAll(&c, "abc ^U")
	if !c.Press(composerTestKeys["^Y"]) {
		t.Error("^Y is not taken though it brought text back")
	}
	pressAll(&c, "^U")
	if !c.Press(composerTestKeys["^_"]) {
		t.Error("^_ is not taken though it brought text back")
	}
}

func TestComposerTypesWordsThatAreKeyNames(t *testing.T) {
	for _, word := range []string{"home", "end", "left", "delete", "backspace", "ctrl+u", "alt+b", "[x]"} {
		c := composerAt(t, "ab|c")
		if c.Press(typed(word)); marked(c) != "ab"+word+"|c" {
			t.Errorf("typing %q gives %q", word, marked(c))
		}
	}
}

func TestComposerTakesTextAsItIsMeant(t *testing.T) {
	tests := []struct {
		name string
		msg  tea.KeyMsg
		want string
	}{
		{"an input method's word", typed("こんにちは"), "こんにちは"},
		{"space", tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}}, " "},
		{"space without a rune", tea.KeyMsg{Type: tea.KeySpace}, " "},
		{"lines", pasted("a\r\nb\rc\td"), "a\nb\nc d"},
		{"a line with its end", pasted("a\r\n"), "a"},
		{"a line end", pasted("\r\n"), "\n"},
		{"control characters", pasted("\x1b[31ma\x00\x07\x7f\u0085\u009b1mb"), "[31ma1mb"},
		{"surrogates and beyond", tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{'a', 0xD800, 0x110000, -1, 'b'}}, "ab"},
		{"a replacement character", pasted("\uFFFD"), "\uFFFD"},
		{"bidi controls, joiners, separators", pasted("\u202Ea\u200C\u2066\u2028\uFEFF"), "\u202Ea\u200C\u2066\u2028\uFEFF"},
		{"what is not normalized", typed("e\u0301Ａ"), "e\u0301Ａ"},
		{"nothing", tea.KeyMsg{Type: tea.KeyRunes}, ""},
	}
	for _, tt := range tests {
		c := newComposer(1024)
		if !c.Press(tt.msg) {
			t.Errorf("%s: not taken", tt.name)
		}
		if c.Text() != tt.want {
			t.Errorf("%s: %+q, want %+q", tt.name, c.Text(), tt.want)
		}
	}
	c := newComposer(1024)
	if c.SetText("a\xffb\xe3\x81\n"); marked(&c) != "ab\n|" {
		t.Errorf("SetText leaves %+q", marked(&c))
	}
}

func TestComposerRefusesWhatIsTooLong(t *testing.T) {
	tests := []struct {
		name    string
		press   tea.KeyMsg
		refused bool
		after   string
	}{
		{"one byte that fits", typed("x"), false, "あいx|う"},
		{"a character that does not", typed("え"), true, "あい|う"},
		{"a paste, of which a part would", pasted("abc"), true, "あい|う"},
		{"a key that only moves", composerTestKeys["Left"], false, "あ|いう"},
	}
	for _, tt := range tests {
		c := newComposer(10)
		c.SetText("あいう")
		c.Press(composerTestKeys["Left"])
		if !c.Press(tt.press) {
			t.Errorf("%s: not taken", tt.name)
		}
		if marked(&c) != tt.after || c.Refused() != tt.refused {
			t.Errorf("%s: %q, refused %t, want %q, %t", tt.name, marked(&c), c.Refused(), tt.after, tt.refused)
		}
	}
	c := newComposer(10)
	c.SetText("あいう")
	if pressAll(&c, "え Left"); c.Refused() {
		t.Error("still refused at the next key")
	}
	if c.SetText("01234567890"); !c.Refused() || marked(&c) != "あい|う" {
		t.Errorf("SetText: %q, refused %t", marked(&c), c.Refused())
	}
	if pressAll(&c, "End Backspace ^U ^Y ^Y"); !c.Refused() || c.Text() != "あい" {
		t.Errorf("yank: %q, refused %t", c.Text(), c.Refused())
	}
	if c.Bytes() != 6 || c.Limit() != 10 {
		t.Errorf("%d of %d bytes, want 6 of 10", c.Bytes(), c.Limit())
	}
}

// BenchmarkComposerPress is what a key costs until its effect is drawn, in a text of 32 KiB.
func BenchmarkComposerPress(b *testing.B) {
	for name, keys := range map[string][2]tea.KeyMsg{
		"type": {typed("x"), composerTestKeys["Backspace"]},
		"left": {composerTestKeys["Left"], composerTestKeys["Right"]},
		"word": {composerTestKeys["^Left"], composerTestKeys["^Right"]},
		"up":   {composerTestKeys["Up"], composerTestKeys["Down"]},
		"swap": {composerTestKeys["^T"], composerTestKeys["^T"]},
	} {
		for _, fill := range []string{"a", "日", "e\u0301", "日本語 and\n", "ی\u200Cx", "👨‍👩‍👧‍👦"} {
			b.Run(name+"/"+fill, func(b *testing.B) {
				c := newComposer(32 << 10)
				c.SetText(strings.Repeat(fill, (c.limit-1)/len(fill)))
				i := 0
				for b.Loop() {
					c.Press(keys[i%2])
					c.Rows(70)
					c.Show(70, 8)
					i++
				}
			})
		}
	}
}
