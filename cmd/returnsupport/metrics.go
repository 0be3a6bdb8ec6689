package main

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"returnsupport/helpdesk/tasks"
)

// figures are what Prometheus reads: how the machine's work goes.
//
// Never: a label or a value that tells of a person, a team, a mailbox or a
// colleague. There is no count of tickets, letters by mailbox or sign-ins by
// team: in a small house "one open ticket of the children's team" is somebody,
// and who keeps the machine is often not who may know. The house's own figures,
// with small numbers left out, are on its pages.
type figures struct {
	http.Handler
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func newFigures(l *lookout) *figures {
	registry := prometheus.NewRegistry()
	f := &figures{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "returnsupport_requests_total",
			Help: "Requests answered, by door and by how it went: served, refused (4xx) or failed (5xx)."}, []string{"door", "went"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "returnsupport_request_seconds",
			Help:    "Time to answer, without requests that wait for news on purpose.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}}, []string{"door"}),
	}
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), f.requests, f.seconds, state{l})
	f.Handler = promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 4, Timeout: 10 * time.Second})
	return f
}

// measured takes in one answered request, see frontend.Options.Measured.
func (f *figures) measured(door string, status int, waited bool, took time.Duration) {
	went := "served"
	switch {
	case status >= 500:
		went = "failed"
	case status >= 400:
		went = "refused"
	}
	f.requests.WithLabelValues(door, went).Inc()
	if !waited {
		f.seconds.WithLabelValues(door).Observe(took.Seconds())
	}
}

// state is what is looked up when somebody asks.
type state struct{ *lookout }

func about(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("returnsupport_"+name, help, labels, nil)
}

var (
	aboutBuild    = about("build_info", "What runs here; always 1.", "version", "go", "engine")
	aboutReady    = about("ready", "Whether visitors may be sent here: one or zero.")
	aboutDatabase = about("database_answer_seconds", "Time the database took for the smallest question; absent while it does not answer.")
	aboutMail     = about("mail_lines", "Ways to fetch from and to send by the mailboxes.", "way", "state")
	aboutSilent   = about("mail_silent_seconds", "Since when the longest silent way of its kind has been in trouble; 0 when none is.", "way")
	aboutWaiting  = about("letters_to_fetch", "Letters the mail servers have listed and that are not fetched yet.")
	aboutLive     = about("live_connections", "Open live connections.", "door")
	aboutBus      = about("bus_well", "1 while the other processes are heard through Redis; absent for one process.")
	aboutReplicas = about("bus_replicas", "Processes heard in the last seconds, this one among them.")
	aboutDoubts   = about("bus_doubts_total", "Times somebody was told to ask the database, because news may have been lost.")
	aboutLog      = about("log_lines_total", "Lines written to the log.", "level")
	aboutAlarms   = about("alarms_total", "Alarms: rows that this program did not write, or keys that are not what they were.")
	aboutBackup   = about("backup_age_seconds", "Since the last backup of this house from this data folder; absent when there was none.")
)

// Describe implements prometheus.Collector.
func (s state) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{aboutBuild, aboutReady, aboutDatabase, aboutMail, aboutSilent, aboutWaiting, aboutLive, aboutBus, aboutReplicas, aboutDoubts, aboutLog, aboutAlarms, aboutBackup} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (s state) Collect(to chan<- prometheus.Metric) {
	now := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	total := func(d *prometheus.Desc, v uint64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), labels...)
	}
	total(aboutLog, s.told.warnings.Load(), "warn")
	total(aboutLog, s.told.errors.Load(), "error")
	total(aboutAlarms, s.told.alarms.Load())
	ctx, cancel := context.WithTimeout(context.Background(), 2*answerWithin)
	defer cancel()
	now(aboutReady, oneIf(s.ready(ctx) == nil))
	h := s.house.Load()
	if h == nil {
		return
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		now(aboutBuild, 1, info.Main.Version, info.GoVersion, h.db.Engine())
	}
	took, err := h.databaseAnswers(ctx)
	if err == nil {
		now(aboutDatabase, took.Seconds())
		if lines, err := h.mailLines(ctx); err == nil {
			s.mail(now, lines, h.now())
		}
	}
	if h.bridge != nil {
		waiting := 0
		for _, box := range h.bridge.Status() {
			waiting += box.Waiting
		}
		now(aboutWaiting, float64(waiting))
	}
	if h.site != nil {
		desk, persons := h.site.OpenLines()
		now(aboutLive, float64(desk), "desk")
		now(aboutLive, float64(persons), "persons")
	}
	if bus := h.bus.Health(); bus.Shared {
		now(aboutBus, oneIf(bus.Well))
		now(aboutReplicas, float64(bus.Replicas))
		total(aboutDoubts, bus.Doubts)
	}
	if at, ok := lastBackup(h.set.data); ok {
		now(aboutBackup, h.now().Sub(at).Seconds())
	}
}

// mail adds the mailboxes up: one by one they would tell of teams.
func (s state) mail(now func(*prometheus.Desc, float64, ...string), lines []tasks.Line, at time.Time) {
	for way, name := range map[tasks.Way]string{tasks.In: "in", tasks.Out: "out"} {
		var works, troubled int
		var silent time.Duration
		for _, l := range lines {
			switch {
			case l.Way != way:
			case l.Works:
				works++
			default:
				troubled++
				if !l.Good.IsZero() {
					silent = max(silent, at.Sub(l.Good))
				}
			}
		}
		now(aboutMail, float64(works), name, "works")
		now(aboutMail, float64(troubled), name, "troubled")
		now(aboutSilent, silent.Seconds(), name)
	}
}

func oneIf(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// counting counts what the log was told. It keeps no word of it.
type counting struct{ warnings, errors, alarms atomic.Uint64 }

// over is a log that counts and passes on.
func (c *counting) over(log *slog.Logger) *slog.Logger {
	return slog.New(counted{log.Handler(), c})
}

type counted struct {
	slog.Handler
	in *counting
}

// Handle implements slog.Handler.
func (c counted) Handle(ctx context.Context, r slog.Record) error {
	switch {
	case r.Level >= slog.LevelError:
		c.in.errors.Add(1)
	case r.Level >= slog.LevelWarn:
		c.in.warnings.Add(1)
	}
	if r.Message == "alarm" { // see helpdesk/journal
		c.in.alarms.Add(1)
	}
	return c.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (c counted) WithAttrs(a []slog.Attr) slog.Handler { return counted{c.Handler.WithAttrs(a), c.in} }

// WithGroup implements slog.Handler.
func (c counted) WithGroup(name string) slog.Handler { return counted{c.Handler.WithGroup(name), c.in} }

// backupStamp is a file whose words are the instant of the last backup.
const backupStamp = "last-backup"

// stampBackup notes that a backup was made, for whoever watches over that.
func stampBackup(data string, at time.Time) error {
	return os.WriteFile(filepath.Join(data, backupStamp), []byte(strconv.FormatInt(at.Unix(), 10)+"\n"), 0o600)
}

// lastBackup is when the last backup from this data folder was made.
func lastBackup(data string) (time.Time, bool) {
	text, err := os.ReadFile(filepath.Join(data, backupStamp))
	if err != nil || len(text) < 2 {
		return time.Time{}, false
	}
	seconds, err := strconv.ParseInt(string(text[:len(text)-1]), 10, 64)
	return time.Unix(seconds, 0), err == nil
}
