package volunteer

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/branches"
	"returnsupport/helpdesk/bus"
)

// follow shows a hand-on as its branch may see it, opened at this request and for
// it alone.
func (h *hall) follow(v *frontend.Visit) error { return h.showFollow(v, http.StatusOK, nil) }

// over is the refusal of what may be seen no more.
const over = "branches.over"

func (h *hall) showFollow(v *frontend.Visit, status int, problem *frontend.Notice) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	is, err := h.Branches.Follow(v.Context, who(v).Outsider, id)
	page := Follow{Frame: frameOf(v, v.Say("volunteer.row")), ID: id, Done: done(v), Problem: problem, Client: string(helpdesk.NewID())}
	var no helpdesk.Refusal
	if errors.As(err, &no) && no.Key == over {
		page.Done, page.Problem = nil, nil
		page.Over = &Over{Title: v.Say("volunteer.over.title"), Text: v.Say("volunteer.over.text"), Stop: v.Say("volunteer.over.stop")}
		return v.ShowAs(http.StatusGone, page)
	}
	if err != nil {
		return err
	}
	page.Brings = append(page.Brings, "volunteer-watch.js")
	h.fillFollow(v, &page, is)
	return v.ShowAs(status, page)
}

func (h *hall) fillFollow(v *frontend.Visit, page *Follow, is branches.Thread) {
	w := page.Words
	seen := is.Followed
	seen.New = false // by this look
	page.Name, page.State = nameOf(w, seen), token(seen)
	page.Title = page.Name
	page.Told, page.Exact = w.Say("volunteer.told", w.Near(is.Told)), w.Exact(is.Told)
	page.Chips, page.Status = statusChips(w, seen), w.Say("branch.status."+string(is.Status)+".text")
	if is.Status == branches.Ended {
		page.Ending = w.Say("branch.ending." + endingKey(is.Ended) + ".text")
	}
	if is.Status == branches.Ended && !is.Until.IsZero() {
		page.Until = w.Say("volunteer.until", w.Day(is.Until))
	}
	for _, t := range is.All {
		page.Tasks = append(page.Tasks, taskRow(w, "/b/t/"+string(page.ID), t))
	}
	page.Said = h.saids(v, w, is.Words)
	page.Text = frontend.Field{Name: "text", Rows: 4, Label: w.Say("volunteer.say"), Help: w.Say("volunteer.say.help"), Value: v.Form.Value("text"), Spellcheck: true}
	page.Beside = v.Form.Value("beside") != ""
	page.Office = frontend.Field{Name: "words", Rows: 2, Label: w.Say("volunteer.authority.label"), Help: w.Say("volunteer.authority.help"), Value: v.Form.Value("words"), Spellcheck: true}
}

// saids are words with who said them: ours by the first word of their name.
func (h *hall) saids(v *frontend.Visit, w frontend.Words, all []branches.Word) []Said {
	me := who(v).User.ID
	var ids []helpdesk.ID
	for _, word := range all {
		ids = append(ids, word.Author)
	}
	names := h.Staff.Names(v.Context, ids...)
	var out []Said
	for _, word := range all {
		s := Said{Who: names[word.Author], When: w.Near(word.At), Exact: w.Exact(word.At), Text: word.Text, Own: !word.Ours}
		switch {
		case word.Ours:
			s.Who = w.Say("volunteer.counsellor", h.Staff.Alias(v.Context, word.Author))
		case word.Author == me:
			s.Who = w.Say("volunteer.me")
		case s.Who == "":
			s.Who = w.Say("volunteer.colleague")
		}
		if word.WroteFor {
			s.Note = w.Say("volunteer.beside.note")
		}
		out = append(out, s)
	}
	return out
}

// taskWords are what is asked, and when.
func taskWords(w frontend.Words, t branches.Task) string {
	what := w.Say("branch.task." + string(t.Kind))
	if day := taskDay(w, t); day != "" {
		what += " · " + day
	}
	return what
}

func taskDay(w frontend.Words, t branches.Task) string {
	day, err := time.ParseInLocation(time.DateOnly, t.Day, w.Zone)
	if err != nil {
		return ""
	}
	said := w.DayName(day.Add(12 * time.Hour))
	if t.At != "" {
		said += " " + t.At
	}
	return said
}

func taskRow(w frontend.Words, base string, t branches.Task) TaskRow {
	r := TaskRow{Words: w, Base: base, ID: string(t.ID), What: w.Say("branch.task." + string(t.Kind)), Day: taskDay(w, t), Text: t.Words,
		Chip: frontend.Chip{Icon: "hourglass", Text: w.Say("branch.taskstate." + string(t.State))}}
	ours := t.Kind == branches.Authority // theirs to do, not the branch's
	switch t.State {
	case branches.TaskOpen:
		r.Chip.Kind, r.CanTake, r.CanEnd = "warn", !ours, !ours
	case branches.TaskTaken:
		r.Chip.Kind, r.Chip.Icon, r.CanEnd = "accent", "user-check", !ours
	case branches.TaskDone:
		r.Chip.Kind, r.Chip.Icon = "ok", "check"
	case branches.TaskCannot:
		r.Chip.Icon = "x"
	}
	return r
}

// act does something about a hand-on and shows it again. What is refused is said
// there, with what was typed.
func (h *hall) act(v *frontend.Visit, said string, do func(thread helpdesk.ID) error) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	err = do(id)
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		return h.showFollow(v, http.StatusUnprocessableEntity, &frontend.Notice{Kind: "warn", Text: v.Say(no.Key, no.Args...)})
	}
	if err != nil {
		return err
	}
	return v.Go("/b/t/" + string(id) + "?said=" + said)
}

func (h *hall) say(v *frontend.Visit) error {
	return h.act(v, "said", func(id helpdesk.ID) error {
		return h.Branches.Say(v.Context, who(v).Outsider, id, v.Form.Value("client"), v.Form.Value("text"), v.Form.Value("beside") != "")
	})
}

// turn says how far something has come that the branch is asked to do.
func (h *hall) turn(v *frontend.Visit) error {
	to := branches.TaskState(v.Form.Value("to"))
	return h.act(v, string(to), func(id helpdesk.ID) error {
		task, err := helpdesk.ParseID(v.Form.Value("task"))
		if err != nil {
			return err
		}
		return h.Branches.Turn(v.Context, who(v).Outsider, id, task, to, "")
	})
}

// takeOver asks us to take a contact with an authority over.
func (h *hall) takeOver(v *frontend.Visit) error {
	return h.act(v, "authority", func(id helpdesk.ID) error {
		return h.Branches.TakeOver(v.Context, who(v).Outsider, id, v.Form.Value("client"), v.Form.Value("words"))
	})
}

// token is what a page keeps of where a hand-on stood.
func token(f branches.Followed) string {
	t := string(f.Status) + "." + strconv.FormatInt(f.First.Unix(), 36)
	for _, task := range f.Tasks {
		t += "." + string(task.State)
	}
	if f.New {
		t += ".new"
	}
	if f.Over {
		t = "over"
	}
	return t
}

// stands finds where a hand-on stands now, without opening it.
func (h *hall) stands(ctx context.Context, s somebody, id helpdesk.ID) (string, error) {
	all, err := h.Branches.Mine(ctx, s.Outsider)
	if err != nil {
		return "", err
	}
	for _, f := range all {
		if f.ID == id {
			return token(f), nil
		}
	}
	return "", helpdesk.ErrNotFound
}

func (h *hall) followNews(v *frontend.Visit) error { return h.news(v, h.stands) }

// news tells a page whether it still stands where it stood; with wait it waits
// for a change, for browsers that no bell reaches.
func (h *hall) news(v *frontend.Visit, stands func(context.Context, somebody, helpdesk.ID) (string, error)) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	changed := func(ctx context.Context, o frontend.Outsider) (bool, error) {
		at, err := stands(ctx, o.(somebody), id)
		return at != v.Query("state"), err
	}
	return v.Changed(ringsOf(id), changed)
}

func ringsOf(id helpdesk.ID) []bus.Ring {
	return []bus.Ring{{Topic: branches.TopicThread, Subject: id}}
}

func (h *hall) followRings(v *frontend.Visit) ([]bus.Ring, error) { return h.rings(v, h.stands) }

// rings are what an open page listens to: of what is another branch's there are
// none.
func (h *hall) rings(v *frontend.Visit, stands func(context.Context, somebody, helpdesk.ID) (string, error)) ([]bus.Ring, error) {
	id, err := v.ID("id")
	if err != nil {
		return nil, err
	}
	if who(v).waits() {
		return nil, helpdesk.ErrNotFound
	}
	if _, err := stands(v.Context, who(v), id); err != nil {
		return nil, err
	}
	return ringsOf(id), nil
}
