package stories

import (
	"context"
	"testing"
	"time"

	"returnsupport/consent"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// behind are the rooms behind the desk, as the program wires them.
type behind struct {
	*post.Postroom
	door *consent.Door
}

func (b behind) Running(ctx context.Context, r store.Reader, all []helpdesk.ID) ([]helpdesk.ID, error) {
	return b.door.Running(ctx, r, all)
}

// old are so many tickets that were closed, oldest first.
func (w *world) old(n int) (all []helpdesk.ID) {
	w.t.Helper()
	for i := range n {
		w.letter("karim@post.example", "Min väska "+string(rune('A'+i)), "Den står kvar.")
	}
	for _, row := range w.waitTickets(n) {
		facts, err := w.tickets.Facts(w.t.Context(), w.session(), row.Ticket.ID)
		w.ok(err)
		w.ok(w.tickets.CloseTicket(w.t.Context(), w.session(), row.Ticket.ID, facts.Version))
		all = append(all, row.Ticket.ID)
	}
	return all
}

// A coordinator sees what goes, keeps one longer, writes down that somebody
// wants theirs erased and takes it back; a run takes the rest. At both widths, in
// both languages.
func TestACoordinatorKeepsWhatGoesAndSeesWhatWent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hireAs(staff.Coordinator, "carla", "Carla Ek", w.team.ID)
	all := w.old(4)
	w.ok(w.office.Set(t.Context(), w.user, office.Retention, "tickets | 12\nmessages | 6\nattachments | 6\noriginals | 3\njournal | keep\nfigures | 24\nserver | keep"))
	w.pass(350 * 24 * time.Hour)
	_, err := w.keep.Run(t.Context())
	w.ok(err)
	facts, err := w.tickets.Facts(t.Context(), w.session(), all[0])
	w.ok(err)
	w.ok(w.tickets.Reopen(t.Context(), w.session(), all[0], facts.Version))

	v := visit(t, w, desk)
	v.signIn()
	v.open(keeping)
	v.sees("Ärenden som går i sin helhet")
	v.click(`details.fold summary`)
	v.shot("keeping-open")
	v.click(`details.fold form button`)
	v.sees("Det sparas längre.")
	v.typeInto("#which", "/w/t/"+string(all[0]))
	v.click(`form[action$="/erase"] button`)
	v.sees("Det är antecknat.")
	for _, s := range []screen{desk, phone} {
		for login, words := range map[string]string{"ada": w.words, "carla": w.others["carla"]} {
			v := visit(t, w, s)
			v.signInAs(login, words)
			v.open(keeping)
			v.accessible("keeping " + login)
			v.narrow("keeping " + login)
			v.shot("keeping-" + login)
		}
	}
	v.click(`form[action$="/unerase"] button`)
	v.sees("Det raderas inte.")
	w.pass(30 * 24 * time.Hour)
	report, err := w.keep.Run(t.Context())
	w.ok(err)
	if n := report.Counts[office.KeepTickets]; n != 2 {
		t.Errorf("%d went, want two of four: one is open again, one is kept", n)
	}
	known, err := w.tickets.Known(t.Context(), w.db, all)
	w.ok(err)
	if _, there := known[all[0]]; !there || len(known) != 2 {
		t.Errorf("left: %v", known)
	}
	v = visit(t, w, phone)
	v.signIn()
	v.open(keeping)
	v.sees("Stängda ärenden: 2")
	v.shot("keeping-went")
}

const keeping = "/w/office/keeping"
