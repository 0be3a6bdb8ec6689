package workspace_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tasks"
	"returnsupport/helpdesk/tickets"
)

// goes presses a button and returns where it leads.
func (c *colleague) goes(html, path string, fields ...string) string {
	c.Helper()
	form := url.Values{"proof": {proofOf(html, path)}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	r, err := http.NewRequest("POST", c.url+path, strings.NewReader(form.Encode()))
	c.ok(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", c.url)
	res, err := c.client.Do(r)
	c.ok(err)
	defer res.Body.Close()
	if res.StatusCode != 303 {
		body, _ := io.ReadAll(res.Body)
		c.Fatalf("%s: %s\n%s", path, res.Status, words(string(body)))
	}
	return res.Header.Get("Location")
}

var picks = regexp.MustCompile(`name="pick" value="([^"]+)"`)

func picksOf(html string) []string {
	var out []string
	for _, m := range picks.FindAllStringSubmatch(html, -1) {
		out = append(out, m[1])
	}
	return out
}

func TestTakeNextGivesTheMostUrgentThatSuitsAndSaysWhy(t *testing.T) {
	w := newWorld(t)
	bo := w.hire("Bo Ek", w.team)
	eva := w.hire("Eva Ny", w.team)
	w.ok(w.office.Set(t.Context(), w.ada, office.Profiles, fmt.Sprintf("%s | prs | - | man\n%s | - | - | woman\n", bo.id, eva.id)))
	urgent, _ := w.knock(chat.First{Facts: tickets.Facts{Urgent: true, Wish: "woman"}})
	dari, _ := w.knock(chat.First{Facts: tickets.Facts{Spoken: "prs", Audience: "detained"}})

	page := bo.get(200, "/w/queue")
	w.has(page, "Take next", `data-key="next"`, `data-key="search"`)
	to := bo.goes(page, "/w/next")
	if to != ticketAt(dari.Ticket, "?said=next") {
		t.Fatalf("bo gets %s", to)
	}
	page = bo.get(200, to)
	w.has(page, "You took this one because:", "Dari", "detained")
	w.lacks(page, "routing.why", "knows you")

	// What is left wishes for a woman: bo is told so, and nothing is taken.
	to = bo.goes(bo.get(200, "/w/queue"), "/w/next")
	w.has(bo.get(200, to), "Nobody waits whom you could take now.")
	to = eva.goes(eva.get(200, "/w/queue"), "/w/next")
	if to != ticketAt(urgent.Ticket, "?said=next") {
		t.Fatalf("eva gets %s", to)
	}
	w.has(eva.get(200, to), "a woman, as wished", "urgent")
}

func TestTakeNextSaysThatTheyKnowYou(t *testing.T) {
	w := newWorld(t)
	bo := w.hire("Bo Ek", w.team)
	first := w.letterFrom("p@example.org", w.team)
	bo.post(303, ticketAt(first, ""), ticketAt(first, "/take"), "version", "2")
	second := w.letterFrom("p@example.org", w.team)
	to := bo.goes(bo.get(200, "/w/queue"), "/w/next")
	if to != ticketAt(second, "?said=next") {
		t.Fatalf("bo gets %s", to)
	}
	w.has(bo.get(200, to), "knows you")
	// Only who was just given it is told why.
	eva := w.hire("Eva Ny", w.team)
	w.lacks(eva.get(200, to), "knows you")
}

func TestTwoWhoTakeNextAtOnceGetTwo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorldOn(t, db)
		bo, eva := w.hire("Bo Ek", w.team), w.hire("Eva Ny", w.team)
		const most = 12
		for i := range most {
			w.letterFrom(fmt.Sprintf("p%d@example.org", i), w.team)
		}
		var mu sync.Mutex
		got := map[string]string{}
		var all sync.WaitGroup
		for _, c := range []*colleague{bo, eva} {
			page := c.get(200, "/w/queue")
			all.Go(func() {
				for range most {
					to := c.goes(page, "/w/next")
					if !strings.HasPrefix(to, "/w/t/") {
						return
					}
					mu.Lock()
					if other := got[to]; other != "" {
						t.Errorf("%s is %s's and %s's", to, other, c.login)
					}
					got[to] = c.login
					mu.Unlock()
				}
			})
		}
		all.Wait()
		if len(got) != most {
			t.Errorf("%d of %d were taken", len(got), most)
		}
	})
}

func TestManyAreTakenTaggedAndClosedAndTakenBack(t *testing.T) {
	w := newWorld(t)
	bo := w.hire("Bo Ek", w.team)
	w.ok(w.office.Set(t.Context(), w.ada, office.Tags, "press | Press | Press matter\n"))
	for i := range 3 {
		w.letterFrom(fmt.Sprintf("p%d@example.org", i), w.team)
	}
	page := bo.get(200, "/w/queue")
	all := picksOf(page)
	if len(all) != 3 {
		t.Fatalf("%d boxes", len(all))
	}
	w.has(bo.get(200, bo.goes(page, "/w/queue/bulk", "do", "take")), "Tick at least one line first.")
	page = bo.get(200, bo.goes(page, "/w/queue/bulk", "do", "tag", "tag", "press", "pick", all[0], "pick", all[1], "back", "/w/queue?q=unassigned"))
	w.has(page, "The tags of 2 conversations are changed.", "Undo")
	bo.press(422, page, "/w/queue/bulk", "do", "tag", "tag", "other", "pick", all[2])
	// The two moved since; the third is taken.
	page = bo.get(200, bo.goes(page, "/w/queue/bulk", "do", "take", "pick", all[0], "pick", all[1], "pick", all[2]))
	w.has(page, "You took 1 conversation.", "2 were left as they are", ": changed since you saw the list.")
	page = bo.get(200, bo.goes(page, "/w/queue/undo", "back", "/w/queue?q=unassigned"))
	w.has(page, "1 conversation stands as before.")
	if left := picksOf(page); len(left) != 3 {
		t.Fatalf("%d left", len(left))
	}
	var ticked []string
	for _, p := range picksOf(page) {
		ticked = append(ticked, "pick", p)
	}
	page = bo.get(200, bo.goes(page, "/w/queue/bulk", append(ticked, "do", "close")...))
	w.has(page, "3 conversations are closed.", "Nobody waits to be taken")
	page = bo.get(200, bo.goes(page, "/w/queue/undo"))
	page = bo.get(200, bo.goes(page, "/w/queue/bulk", "do", "give", "to", string(bo.id), "pick", picksOf(page)[0]))
	w.has(page, "1 conversation is handed over.")
	w.has(bo.get(200, bo.goes(page, "/w/queue/undo", "back", "https://elsewhere.example/w/queue")), "stands as before")
	w.has(bo.get(200, bo.goes(page, "/w/queue/undo")), "nothing left to take back")
	bo.press(404, page, "/w/queue/bulk", "do", "burn", "pick", all[0])

	// Another team's are nobody's to change from here.
	strange := w.letterFrom("x@example.org", w.other)
	page = bo.get(200, "/w/queue")
	w.has(bo.get(200, bo.goes(page, "/w/queue/bulk", "do", "take", "pick", string(strange)+":2")), "1 was left as it is", "1 more: not yours to change")
}

func TestManyAreHandedToAnotherTeam(t *testing.T) {
	w := newWorld(t)
	bo, both := w.hire("Bo Ek", w.team), w.hire("Eva Ny", w.team, w.other)
	for i := range 2 {
		w.letterFrom(fmt.Sprintf("p%d@example.org", i), w.team)
	}
	// Who is in both takes it back.
	page := both.get(200, "/w/queue")
	w.has(page, "To another team of mine")
	give := []string{"do", "give", "to", "team:" + string(w.other), "back", "/w/queue?q=team"}
	page = both.get(200, both.goes(page, "/w/queue/bulk", append(give, "pick", picksOf(page)[0])...))
	w.has(page, "1 conversation is handed over.", "Undo")
	if left := picksOf(bo.get(200, "/w/queue")); len(left) != 1 {
		t.Fatalf("%d left for bo", len(left))
	}
	w.has(both.get(200, both.goes(page, "/w/queue/undo")), "1 conversation stands as before.")

	// Who is not in the other team gives it away for good, and is told before.
	page = bo.get(200, "/w/queue")
	w.has(page, "To another team (you can&#39;t take that back)")
	page = bo.get(200, bo.goes(page, "/w/queue/bulk", append(give, "pick", picksOf(page)[1], "pick", picksOf(page)[0])...))
	w.has(page, "2 conversations are with the other team now.")
	w.lacks(page, "p0@example.org", "p1@example.org", `action="/w/queue/undo"`)
	w.has(both.get(200, "/w/queue?q=unassigned&team="+string(w.other)), "p0@example.org", "p1@example.org")
}

func TestFiltersLookIntoWhatIsSealedAndAreKept(t *testing.T) {
	w := newWorld(t)
	bo, eva := w.hire("Bo Ek", w.team), w.hire("Eva Ny", w.team)
	stranger := w.hire("Nils Dal", w.other)
	child, _ := w.knock(chat.First{Text: "About my school", Facts: tickets.Facts{Child: true}})
	held, _ := w.knock(chat.First{Text: "From the centre", Facts: tickets.Facts{Audience: "detained"}})
	w.letterFrom("p@example.org", w.team)
	page := bo.get(200, "/w/queue")
	find := bo.press(200, page, "/w/queue/find", "q", "team", "words", "SCHOOL", "do", "show")
	w.has(find, "About my school", "1 found", `value="SCHOOL"`)
	w.lacks(find, "From the centre", `hx-get="/w/queue?`)
	w.has(bo.press(200, page, "/w/queue/find", "q", "team", "channel", "mail"), "A letter")
	w.has(bo.press(422, page, "/w/queue/find", "q", "team", "due_from", "soon"), "soon is no day")
	w.has(bo.press(422, page, "/w/queue/find", "q", "closed", "words", "x"), "stay sealed here")
	w.has(bo.press(200, page, "/w/queue/find", "q", "team", "words", "nothing like it"), "Nothing fits")
	bo.press(404, page, "/w/queue/find", "q", "team", "team", string(w.other))
	w.has(bo.press(422, page, "/w/queue/find", "do", "save", "q", "team", "name", ""), "Give the filter a name")

	own := bo.goes(page, "/w/queue/find", "do", "save", "q", "team", "audience", "detained", "name", "Held & waiting")
	kept := bo.get(200, own)
	w.has(kept, "Held &amp; waiting", "From the centre", "Forget this filter")
	w.lacks(kept, "About my school")
	shared := bo.goes(page, "/w/queue/find", "do", "save", "q", "team", "audience", "child", "name", "Our children", "share", string(w.team))
	w.has(eva.get(200, shared), "About my school", "Our children")
	w.lacks(eva.get(200, "/w/queue"), "Held &amp; waiting")
	eva.get(404, own)
	stranger.get(404, shared)
	stranger.force(404, "/w/filters/drop", "/w/filters/drop", "filter", strings.TrimSuffix(strings.TrimPrefix(shared, "/w/queue?f="), "&said=saved"))
	eva.press(303, eva.get(200, shared), "/w/filters/drop", "filter", strings.TrimSuffix(strings.TrimPrefix(shared, "/w/queue?f="), "&said=saved"))
	bo.get(404, shared)

	// The sealed lists and their counts.
	w.has(bo.get(200, "/w/queue?q=detained"), "From the centre", "1 found")
	w.lacks(bo.get(200, "/w/queue?q=children"), "From the centre")
	counts := bo.get(200, "/w/queue/counts?q=mine", "HX-Request", "true")
	for _, href := range []string{"detained", "children"} {
		if !regexp.MustCompile(`(?s)q=` + href + `"[^>]*>.{0,400}?<span class="n">1</span>`).MatchString(counts) {
			t.Errorf("%s is not counted:\n%s", href, counts)
		}
	}
	_, _ = child, held
}

func (w *world) day(ahead int) hours.Date {
	today, err := w.tasks.Today(w.Context())
	w.ok(err)
	d, err := tasks.ParseDay(time.Date(today.Year, today.Month, today.Day+ahead, 0, 0, 0, 0, time.UTC).Format(time.DateOnly))
	w.ok(err)
	return d
}

func TestTheDueListStandsInOrderOfWhatIsLost(t *testing.T) {
	w := newWorld(t)
	bo := w.hire("Bo Ek", w.team)
	w.has(bo.get(200, "/w/due"), "Nothing is due")
	id := w.letterFrom("p@example.org", w.team)
	far := w.letterFrom("q@example.org", w.team)
	add := func(ticket helpdesk.ID, p tasks.Plan) {
		_, err := w.tasks.Add(t.Context(), w.session(bo.login, bo.words), ticket, p)
		w.ok(err)
	}
	add(id, tasks.Plan{Kind: tickets.DateFollowUp, Day: w.day(1), Note: "ring <b>again</b>"})
	add(far, tasks.Plan{Kind: tickets.DateAppeal, Day: w.day(12)})
	// Neither is his, and neither hides: somebody has to take it.
	w.has(bo.get(200, "/w/due"), "Last day to appeal", "Follow up", "Nobody has taken it", `href="/w/due" aria-current="page"`)
	eva := w.hire("Eva Ny", w.team)
	eva.post(303, ticketAt(far, ""), ticketAt(far, "/take"), "version", versions.FindStringSubmatch(eva.get(200, ticketAt(far, "")))[1])
	w.lacks(bo.get(200, "/w/due"), "Last day to appeal")
	w.has(eva.get(200, "/w/due"), "Last day to appeal", "Yours")
	page := bo.get(200, "/w/due?who=team")
	w.has(page, "Eva Ny", `href="/w/due?who=team" aria-current="page"`, "Last day to appeal", "the right to appeal is lost", "Follow up: ring &lt;b&gt;again&lt;/b&gt;", "tomorrow", "Nobody has taken it")
	if strings.Index(page, "Last day to appeal") > strings.Index(page, "Follow up") {
		t.Error("a follow-up stands before an appeal")
	}
	dates := regexp.MustCompile(`action="/w/due/snooze".*?name="ticket" value="([^"]+)".*?name="date" value="([^"]+)"`).FindStringSubmatch(page)
	if dates == nil || dates[1] != string(id) {
		t.Fatalf("what can be put off: %v", dates)
	}
	if n := strings.Count(page, `action="/w/due/snooze"`); n != 1 {
		t.Errorf("%d can be put off", n)
	}
	form := []string{"ticket", dates[1], "date", dates[2], "back", "/w/due?who=team"}
	bo.press(422, page, "/w/due/snooze", append(form, "until", "2026-03-01")...)
	w.has(bo.get(200, bo.goes(page, "/w/due/snooze", append(form, "until", w.day(3).String())...)), "in 3 days", "Put off from")
	to := bo.goes(page, "/w/due/done", form...)
	page = bo.get(200, to)
	w.has(page, "The date is settled.", "Undo")
	w.lacks(page, "Follow up")
	undo := regexp.MustCompile(`action="(/w/due/undo/[^"]+)"`).FindStringSubmatch(page)
	w.has(bo.get(200, bo.goes(page, undo[1], "back", "/w/due?who=team")), "Follow up")
	bo.press(404, page, "/w/due/done", "ticket", string(id), "date", "")
	w.has(bo.get(200, "/w/queue?q=team"), "/w/due")

	// Another team hears nothing of it, and settles nothing.
	nils := w.hire("Nils Dal", w.other)
	w.lacks(nils.get(200, "/w/due?who=team"), "Follow up", "appeal is lost")
	nils.force(404, "/w/due/done", "/w/due/done", form...)
}

func TestWhoMayNotSeesNoQueue(t *testing.T) {
	w := newWorld(t)
	lisa := w.hireAs(staff.Interpreter, "Lisa Tolk")
	for _, path := range []string{"/w/queue/counts", "/w/due"} {
		if page := lisa.get(303, path); strings.Contains(page, "Due list") {
			t.Errorf("%s is shown", path)
		}
	}
	for _, path := range []string{"/w/next", "/w/queue/bulk", "/w/queue/find", "/w/queue/undo", "/w/filters/drop", "/w/due/done", "/w/due/snooze"} {
		lisa.force(303, path, path)
	}
}

func TestANoteOfACallIsOneClickAwayOnEveryPage(t *testing.T) {
	w := newWorld(t)
	bo := w.hire("Bo Ek", w.team)
	w.has(bo.get(200, "/w/due"), `href="/w/call"`, "Note a call or visit")
}
