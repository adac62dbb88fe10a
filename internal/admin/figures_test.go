package admin_test

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"bcast/internal/admin"
)

// shownElsewhere are figures that have no metric, because another one counts the same.
var shownElsewhere = map[string]string{
	"Frames.Members":   "members, with the dialect",
	"Members.Idle":     "connections_closed_total, with the reason",
	"Members.Vanished": "connections_closed_total, with the reason",
}

// TestEveryFigureIsAMetric gives each figure a number of its own, so that one which is forgotten, or
// shown in the place of another, is missed.
func TestEveryFigureIsAMetric(t *testing.T) {
	var f admin.Figures
	figures := numbered{}
	figures.fill("", reflect.ValueOf(&f).Elem())
	if len(figures) < 50 {
		t.Fatalf("there are only %d figures", len(figures))
	}
	shown := map[int64]string{}
	for name, values := range gather(t, f) {
		for _, value := range values {
			shown[value] = name
		}
	}
	for path, number := range figures {
		_, isShown := shown[number]
		if _, isElsewhere := shownElsewhere[path]; isShown == isElsewhere {
			t.Errorf("%s is shown: %t, elsewhere: %t", path, isShown, isElsewhere)
		}
	}
	for path := range shownElsewhere {
		if figures[path] == 0 {
			t.Errorf("there is no figure %s", path)
		}
	}
}

// TestEveryStateIsAMetric sets one flag after the other.
func TestEveryStateIsAMetric(t *testing.T) {
	for flag, name := range map[string]string{"Suspended": "bcast_suspended", "Stopping": "bcast_draining"} {
		var f admin.Figures
		if got := gather(t, f)[name]; len(got) != 1 || got[0] != 0 {
			t.Errorf("%s is %v, want 0", name, got)
		}
		reflect.ValueOf(&f.Server).Elem().FieldByName(flag).SetBool(true)
		if got := gather(t, f)[name]; len(got) != 1 || got[0] != 1 {
			t.Errorf("%s is %v, want 1", name, got)
		}
	}
	flags := 0
	for _, field := range reflect.VisibleFields(reflect.TypeFor[admin.Figures]()) {
		if field.Type.Kind() != reflect.Struct {
			continue
		}
		for _, field := range reflect.VisibleFields(field.Type) {
			if field.Type.Kind() == reflect.Bool {
				flags++
			}
		}
	}
	if flags != 2 {
		t.Errorf("there are %d flags, and 2 have a metric", flags)
	}
}

// gather returns the values that are shown of figures, by metric. Of a histogram they are what is in
// each bucket, and the sum in nanoseconds.
func gather(t *testing.T, f admin.Figures) map[string][]int64 {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(admin.NewCollector(func() admin.Figures { return f }))
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string][]int64{}
	for _, family := range families {
		var values []int64
		for _, m := range family.GetMetric() {
			switch {
			case m.GetGauge() != nil:
				values = append(values, int64(m.GetGauge().GetValue()))
			case m.GetCounter() != nil:
				values = append(values, int64(m.GetCounter().GetValue()))
			case m.GetHistogram() != nil:
				h, before := m.GetHistogram(), uint64(0)
				for _, bucket := range h.GetBucket() {
					values = append(values, int64(bucket.GetCumulativeCount()-before))
					before = bucket.GetCumulativeCount()
				}
				values = append(values, int64(h.GetSampleCount()-before), int64(math.Round(h.GetSampleSum()*1e9)))
			}
		}
		shown[family.GetName()] = values
	}
	return shown
}

// numbered are the numbers of figures, by their paths.
type numbered map[string]int64

// fill gives each figure in v the next number.
func (n numbered) fill(path string, v reflect.Value) {
	next := int64(1000 + len(n))
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Unix(next, 0)))
		n[path] = next
	case v.CanInt():
		v.SetInt(next)
		n[path] = next
	case v.CanUint():
		v.SetUint(uint64(next))
		n[path] = next
	case v.CanFloat():
		v.SetFloat(float64(next))
		n[path] = next
	case v.Kind() == reflect.Array:
		for i := range v.Len() {
			n.fill(fmt.Sprintf("%s[%d]", path, i), v.Index(i))
		}
	case v.Kind() == reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for _, key := range keys(v.Type().Key()) {
			value := reflect.New(v.Type().Elem()).Elem()
			n.fill(fmt.Sprintf("%s[%v]", path, key), value)
			v.SetMapIndex(key, value)
		}
	case v.Kind() == reflect.Struct:
		for i, field := range reflect.VisibleFields(v.Type()) {
			n.fill(strings.TrimPrefix(path+"."+field.Name, "."), v.Field(i))
		}
	case v.Kind() == reflect.Bool: // see TestEveryStateIsAMetric
	default:
		panic("no number for " + path)
	}
}

// keys are the values of an enumeration that have a word.
func keys(of reflect.Type) (all []reflect.Value) {
	for i := 0; ; i++ {
		key := reflect.New(of).Elem()
		if key.CanInt() {
			key.SetInt(int64(i))
		} else {
			key.SetUint(uint64(i))
		}
		if strings.Contains(fmt.Sprint(key), "(") {
			return all
		}
		all = append(all, key)
	}
}
