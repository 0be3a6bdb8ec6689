package tickets_test

import (
	"strings"
	"testing"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

// A page must be one index range read in order; a scan is a page that grows
// with the archive. What is joined to it is 51 rows, whatever the planner does.
func TestAQueueIsReadInTheOrderOfItsIndex(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		fill(t, h, team, 4_000)
		explain, bad := "EXPLAIN QUERY PLAN ", []string{"SCAN tickets_", "SCAN c", "SCAN r"}
		if db.Engine() == store.Postgres {
			explain, bad = "EXPLAIN ", []string{"Seq Scan on tickets_ticket", "Seq Scan on tickets_reader"}
		}
		for _, c := range []struct {
			filter tickets.Filter
			index  string
		}{
			{tickets.Filter{Queue: tickets.QueueTeam}, "tickets_ticket_queue"},
			{tickets.Filter{Queue: tickets.QueueWaiting, Language: "ti", Channel: "mail"}, "tickets_ticket_queue"},
			{tickets.Filter{Queue: tickets.QueueTeam, Priority: 2, Waited: 48}, "tickets_ticket_queue"},
			{tickets.Filter{Queue: tickets.QueueMine}, "tickets_ticket_owner"},
			{tickets.Filter{Queue: tickets.QueueUnassigned, Language: "ti"}, "tickets_ticket_owner"},
			{tickets.Filter{Queue: tickets.QueueLate}, "tickets_ticket_due"},
			{tickets.Filter{Queue: tickets.QueueDue, Channel: "mail"}, "tickets_ticket_due"},
		} {
			statements, err := tickets.Statements(anna, c.filter, h.clock.now(), team, tickets.StateOpen)
			h.ok(t, err)
			for statement, args := range statements {
				plan := h.plan(t, explain+statement, args...)
				page := strings.Contains(statement, " LIMIT 51)") || strings.Contains(statement, " LIMIT 12)")
				if inner := strings.Count(plan, "Sort Key") + strings.Count(plan, "TEMP B-TREE"); inner > 1 {
					t.Errorf("%+v sorted more than the page:\n%s\n%s", c.filter, statement, plan)
				}
				for _, word := range bad {
					// PostgreSQL may read a small table as a whole to count or to search it.
					if strings.Contains(plan, word) && (db.Engine() == store.SQLite || page) {
						t.Errorf("%+v: %s in the plan:\n%s\n%s", c.filter, word, statement, plan)
					}
				}
				// Out of an index alone any of them does, where the filter asks for more.
				alone := strings.Contains(plan, " COVERING INDEX tickets_ticket_") && (!page || c.filter.Language != "")
				if !strings.Contains(plan, c.index) && !alone && (page || db.Engine() == store.SQLite) {
					t.Errorf("%+v: the plan does not use %s:\n%s\n%s", c.filter, c.index, statement, plan)
				}
			}
		}
	})
}

// What a talk asks on each ring must not grow with the archive, nor with the
// talks that go on beside it.
func TestATalkIsReadByItsIndexes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		fill(t, h, team, 2_000)
		p := h.begin(t, team, "hello")
		explain, bad := "EXPLAIN QUERY PLAN ", []string{"SCAN "}
		if db.Engine() == store.Postgres {
			// Of what is big here; an empty table it rightly reads as a whole.
			explain, bad = "EXPLAIN ", []string{"Scan on tickets_ticket ", "Scan on tickets_reader ", "Scan on tickets_conversation "}
		}
		for name, plan := range map[string]string{
			"heard":  h.plan(t, explain+tickets.HeardStatement, p.talk.ID, p.Person, p.Guest.ID, 40, 200),
			"spoken": h.plan(t, explain+tickets.SpokenStatement, p.talk.Ticket, anna.ID, anna.User.ID, 0, 40, 200, "~", "~"),
			"mine":   h.plan(t, explain+tickets.MineStatement, p.Person, p.Guest.ID),
		} {
			for _, word := range bad {
				if strings.Contains(plan, "Seq "+word) || db.Engine() == store.SQLite && strings.Contains(plan, word) {
					t.Errorf("%s: %s in the plan:\n%s", name, word, plan)
				}
			}
		}
	})
}

func (h *house) plan(t *testing.T, query string, args ...any) string {
	t.Helper()
	rows, err := h.db.Query(t.Context(), query, args...)
	h.ok(t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	h.ok(t, err)
	var plan strings.Builder
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		h.ok(t, rows.Scan(values...))
		if text, ok := (*values[len(columns)-1].(*any)).(string); ok {
			plan.WriteString(text + "\n")
		}
	}
	h.ok(t, rows.Err())
	return plan.String()
}

func TestALanguageTagCarriesNoWords(t *testing.T) {
	for in, want := range map[string]string{
		"sv": "sv", "pt-BR": "pt-br", "zh-Hant-TW": "zh-hant-tw", "fa-AF": "fa-af", "kmr": "kmr",
		"": "", "x": "", "english": "", "my name is": "", "sv;q=1": "", "sv\x00": "", "s\u00e5": "", "aa-bb-cc-dd-ee": "",
	} {
		if got := tickets.LanguageTag(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func FuzzCursor(f *testing.F) {
	for _, seed := range []string{"", "1.a", "-5.", "99999999999999999999.x", "1", ".", "1.2.3"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		_, id, err := tickets.ParseCursor(tickets.Cursor(s))
		if err == nil && (len(id) > 64 || !strings.HasSuffix(s, id)) {
			t.Errorf("%q gives the id %q", s, id)
		}
	})
}
