package timetable_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/flags"
	"quartermaster/services/ledger"
	"quartermaster/services/timetable"
)

// never is the beat of an instance that was killed, or sleeps.
func never() (<-chan time.Time, func()) { return nil, func() {} }

// instance is one of several over the world's store, with a job of its own making.
func instance(t *testing.T, w *booktest.World, name, line string, do func(context.Context) (timetable.Did, error)) *timetable.Service {
	t.Helper()
	s := &timetable.Service{Book: w.Book, Instance: name, Beat: never}
	if err := s.Plan([]timetable.Job{{Name: "overdue_returns", Line: line, Do: do}}, nil); err != nil {
		t.Fatal(err)
	}
	return s
}

func one(t *testing.T, w *booktest.World, s *timetable.Service) *timetable.Listed {
	t.Helper()
	list, err := s.List(w.As("admin"))
	if err != nil || len(list) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	return list[0]
}

// opens is a job that opens a flag about a subject.
func opens(w *booktest.World, subject string) func(context.Context) (timetable.Did, error) {
	return func(ctx context.Context) (timetable.Did, error) {
		entries, err := w.Flags.Opening(ctx, models.OverdueReturn, flags.Cause{Subject: subject, Unit: "NORTH"})
		if err != nil {
			return timetable.Did{}, err
		}
		return timetable.Did{Found: 1, Opened: len(entries)}, w.Book.Commit(ctx, entries...)
	}
}

// TestThreeInstancesRunAJobOnce has all of them find it due at the same moment,
// hour after hour.
func TestThreeInstancesRunAJobOnce(t *testing.T) {
	w := booktest.New(t)
	var runs atomic.Int32
	var instances []*timetable.Service
	for _, name := range []string{"a", "b", "c"} {
		instances = append(instances, instance(t, w, name, "0 * * * *", func(context.Context) (timetable.Did, error) {
			runs.Add(1)
			return timetable.Did{}, nil
		}))
	}
	for hour := range int32(20) {
		var all sync.WaitGroup
		for _, s := range instances {
			all.Go(func() {
				s.Tick(t.Context())
				s.Wait()
			})
		}
		all.Wait()
		if n := runs.Load(); n != hour+1 {
			t.Fatalf("after %d hours it ran %d times", hour+1, n)
		}
		w.Pass(time.Hour)
	}
}

// TestALeaderThatIsKilledIsFollowed has the instance that runs the job stop for good
// in the midst of it, and come back when another has taken over: it writes nothing.
func TestALeaderThatIsKilledIsFollowed(t *testing.T) {
	w := booktest.New(t)
	begun, wake := make(chan struct{}), make(chan struct{})
	var woken error
	a := instance(t, w, "a", "0 6 * * *", func(ctx context.Context) (timetable.Did, error) {
		close(begun)
		<-wake
		_, woken = opens(w, "assets/by-a")(ctx)
		return timetable.Did{}, woken
	})
	var runs atomic.Int32
	next := func(name string) *timetable.Service {
		return instance(t, w, name, "0 6 * * *", func(ctx context.Context) (timetable.Did, error) {
			runs.Add(1)
			return opens(w, "assets/by-"+name)(ctx)
		})
	}
	b, c := next("b"), next("c")
	others := func(want int32) {
		t.Helper()
		var all sync.WaitGroup
		for _, s := range []*timetable.Service{b, c} {
			all.Go(func() {
				s.Tick(t.Context())
				s.Wait()
			})
		}
		all.Wait()
		if n := runs.Load(); n != want {
			t.Fatalf("the others ran it %d times, wanted %d", n, want)
		}
	}
	a.Tick(t.Context())
	<-begun // and it says no more
	others(0)
	if l := one(t, w, b); !l.Running || l.Holder != "a" {
		t.Errorf("%+v", l)
	}
	w.Pass(59 * time.Second)
	others(0)
	w.Pass(2 * time.Second)
	others(1)
	close(wake)
	a.Wait()
	if woken == nil || !strings.Contains(woken.Error(), "taken this job over") {
		t.Errorf("the one that woke up was told %v", woken)
	}
	counts, err := w.Flags.Counts(w.As("admin"), flags.Filter{})
	if err != nil || len(counts) != 1 || counts[0].Count != 1 {
		t.Errorf("flags: %v, %v", counts, err)
	}
	if l := one(t, w, a); l.Running || len(l.Recent) != 1 || l.Last.On == "a" || l.Last.Opened != 1 {
		t.Errorf("%+v", l)
	}
}

// TestALeaseIsKeptWhileItsJobRuns renews it by hand for an hour.
func TestALeaseIsKeptWhileItsJobRuns(t *testing.T) {
	w := booktest.New(t)
	begun, end := make(chan struct{}), make(chan struct{})
	beat := make(chan time.Time)
	a := instance(t, w, "a", "0 6 * * *", func(context.Context) (timetable.Did, error) {
		close(begun)
		<-end
		return timetable.Did{}, nil
	})
	a.Beat = func() (<-chan time.Time, func()) { return beat, func() {} }
	b := instance(t, w, "b", "0 6 * * *", func(context.Context) (timetable.Did, error) {
		t.Error("it was taken over from one that lives")
		return timetable.Did{}, nil
	})
	a.Tick(t.Context())
	<-begun
	for range 180 {
		w.Pass(20 * time.Second)
		beat <- w.Now()
		beat <- w.Now() // the one before has been dealt with when this one is taken
		b.Tick(t.Context())
		b.Wait()
	}
	close(end)
	a.Wait()
	if l := one(t, w, b); l.Last == nil || l.Last.Took != 3600_000 || l.Running {
		t.Errorf("%+v", l)
	}
}

// TestWhatWasMissedIsMadeUpForOnce lets days pass without a server.
func TestWhatWasMissedIsMadeUpForOnce(t *testing.T) {
	w := booktest.New(t)
	karachi, err := time.LoadLocation("Asia/Karachi")
	if err != nil {
		t.Fatal(err)
	}
	w.Book.Zone = karachi
	runs := 0
	s := instance(t, w, "a", "0 6 * * *", func(context.Context) (timetable.Did, error) { runs++; return timetable.Did{}, nil })
	at := booktest.Start // 14:30 in Karachi
	for _, c := range []struct {
		at   time.Time
		runs int
	}{
		{at, 1}, // never run before
		{at.Add(time.Minute), 1},
		{time.Date(2026, 4, 1, 0, 59, 0, 0, time.UTC), 1}, // 05:59 in Karachi, the month has ended
		{time.Date(2026, 4, 1, 1, 0, 0, 0, time.UTC), 2},
		{time.Date(2026, 4, 9, 12, 0, 0, 0, time.UTC), 3}, // eight were missed
		{time.Date(2026, 4, 9, 12, 0, 15, 0, time.UTC), 3},
		{time.Date(2026, 4, 9, 11, 51, 0, 0, time.UTC), 3}, // clocks differ a little
		{time.Date(2026, 4, 9, 11, 0, 0, 0, time.UTC), 4},  // the clock was set back an hour
		{time.Date(2026, 4, 10, 0, 59, 0, 0, time.UTC), 4},
		{time.Date(2026, 4, 10, 1, 0, 0, 0, time.UTC), 5},
		{time.Date(2028, 2, 29, 1, 0, 0, 0, time.UTC), 6},
		{time.Date(2028, 3, 1, 1, 0, 0, 0, time.UTC), 7},
	} {
		w.Pass(c.at.Sub(w.Now()))
		s.Tick(t.Context())
		s.Wait()
		if runs != c.runs {
			t.Errorf("at %s it had run %d times, wanted %d", c.at, runs, c.runs)
		}
	}
}

// TestALeaseFromBeforeTheClockWasSetBackIsNotWaitedFor kills a leader and sets the
// clock back an hour.
func TestALeaseFromBeforeTheClockWasSetBackIsNotWaitedFor(t *testing.T) {
	w := booktest.New(t)
	begun, wake := make(chan struct{}), make(chan struct{})
	a := instance(t, w, "a", "0 6 * * *", func(context.Context) (timetable.Did, error) { close(begun); <-wake; return timetable.Did{}, nil })
	runs := 0
	b := instance(t, w, "b", "0 6 * * *", func(context.Context) (timetable.Did, error) { runs++; return timetable.Did{}, nil })
	a.Tick(t.Context())
	<-begun
	w.Pass(-time.Hour)
	b.Tick(t.Context())
	b.Wait()
	if runs != 1 {
		t.Error("it waits for a lease that no living instance has")
	}
	close(wake)
	a.Wait()
	if l := one(t, w, b); l.Last.On != "b" || len(l.Recent) != 1 {
		t.Errorf("%+v", l)
	}
}

// failures is what the metrics tell of the one job.
func failures(t *testing.T, s *timetable.Service) float64 {
	t.Helper()
	registry := prometheus.NewRegistry()
	registry.MustRegister(s)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() == "quartermaster_job_failures" {
			return family.GetMetric()[0].GetGauge().GetValue()
		}
	}
	return -1
}

func TestAFailingJobIsSeen(t *testing.T) {
	w := booktest.New(t)
	fails := errors.New("the mail server does not answer")
	s := instance(t, w, "a", "* * * * *", func(context.Context) (timetable.Did, error) {
		if fails == nil {
			return timetable.Did{Found: 2}, nil
		}
		panic(fails)
	})
	var log strings.Builder
	s.Log = logTo(&log)
	for range 2 {
		s.Tick(t.Context())
		s.Wait()
		w.Pass(time.Minute)
	}
	if l := one(t, w, s); !l.Failing() || l.Failures != 2 || !strings.Contains(l.Last.Error, "does not answer") || len(l.Recent) != 2 {
		t.Errorf("%+v", l)
	}
	if text := log.String(); !strings.Contains(text, "level=ERROR") || !strings.Contains(text, "job=overdue_returns") {
		t.Errorf("logged %s", text)
	}
	if n := failures(t, s); n != 2 {
		t.Errorf("the metrics tell of %v failures", n)
	}
	fails = nil
	s.Tick(t.Context())
	s.Wait()
	if l := one(t, w, s); l.Failing() || l.Last.Found != 2 {
		t.Errorf("%+v", l)
	}
}

func TestSomebodyRunsAJobNow(t *testing.T) {
	w := booktest.New(t)
	s := instance(t, w, "a", timetable.Off, opens(w, "assets/1"))
	s.Tick(t.Context())
	s.Wait()
	if l := one(t, w, s); l.Last != nil || l.Next != nil {
		t.Errorf("one that is off: %+v", l)
	}
	ctx, err := w.Book.OnlyOnce(w.As("admin"), "admin", "key", []byte("run"))
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.Run(ctx, "overdue_returns")
	if err != nil || l.Last == nil || l.Last.By != "admin" || l.Last.Opened != 1 {
		t.Errorf("%+v, %v", l, err)
	}
	flag, err := w.Flags.Standing(w.As("admin"), "assets/1")
	if err != nil || len(flag) != 1 {
		t.Fatalf("%v, %v", flag, err)
	}
	event, err := w.Book.Latest(t.Context(), "flags/"+flag[0].ID)
	if err != nil || event.Actor != ledger.Program || event.Device != "job overdue_returns" {
		t.Errorf("%+v, %v", event, err)
	}
	for who, kind := range map[string]models.Kind{"keeper-north": models.Forbidden, "auditor-a": models.Forbidden} {
		if _, err := s.Run(w.As(who), "overdue_returns"); models.KindOf(err) != kind {
			t.Errorf("%s: %v", who, err)
		}
	}
	if _, err := s.Run(w.As("admin"), "nonsense"); models.KindOf(err) != models.NotFound {
		t.Error(err)
	}
}

func TestLinesThatCannotBeUsed(t *testing.T) {
	w := booktest.New(t)
	s := &timetable.Service{Book: w.Book}
	jobs := []timetable.Job{{Name: "sweep", Line: "17 * * * *"}, {Name: "digests", Line: "0 7 * * *"}}
	for name, c := range map[string]struct {
		lines map[string]string
		says  []string
	}{
		"four fields":    {map[string]string{"sweep": "17 * * *"}, []string{"17 * * *", "the job sweep"}},
		"words":          {map[string]string{"digests": "each morning"}, []string{"each morning", "the job digests"}},
		"minute sixty":   {map[string]string{"digests": "60 * * * *"}, []string{"the job digests"}},
		"30 February":    {map[string]string{"digests": "0 7 30 2 *"}, []string{"the job digests", "never comes"}},
		"no job":         {map[string]string{"sweeep": "17 * * * *"}, []string{`"sweeep" is no job`, "sweep, digests"}},
		"nothing at all": {map[string]string{"sweep": ""}, []string{"the job sweep"}},
	} {
		err := s.Plan(jobs, c.lines)
		for _, says := range c.says {
			if err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if err := s.Plan(jobs, map[string]string{"sweep": "0 6 29 2 *", "digests": "off"}); err != nil {
		t.Error(err)
	}
}
