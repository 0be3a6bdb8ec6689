package workspace

import (
	"errors"
	"net/http"
	"strconv"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/branches"
)

func (d *desk) branchTalk(v *frontend.Visit) error { return d.showBranchTalk(v, http.StatusOK, nil) }

// showBranchTalk shows a talk with a branch about nobody by name.
func (d *desk) showBranchTalk(v *frontend.Visit, status int, problem *frontend.Notice) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	is, err := d.Branches.OpenTalk(v.Context, v.Session, id)
	if err != nil {
		return err
	}
	page := BranchTalk{ID: id, Problem: problem, Client: string(helpdesk.NewID()), Closed: is.State == branches.TalkClosed}
	if page.Name, err = d.organisationName(v, is.Org); err != nil {
		return err
	}
	if page.Desk, err = d.frame(v, page.Name, "branches"); err != nil {
		return err
	}
	page.Chip = branchTalkChip(page.Words, is)
	page.Spoken = d.branchSaid(v, page.Words, is.Words)
	page.Text = frontend.Field{Name: "text", Rows: 5, Label: v.Say("branch.talk.label"), Help: v.Say("branch.talk.help"), Value: v.Form.Value("text"), Spellcheck: true}
	keep := bookForm(page.Words, branches.Playbook{})
	page.Keep = &keep
	return v.ShowAs(status, page)
}

// branchSaid are words with who said them.
func (d *desk) branchSaid(v *frontend.Visit, w frontend.Words, all []branches.Word) []BranchWord {
	var ids []helpdesk.ID
	for _, word := range all {
		ids = append(ids, word.Author)
	}
	names := d.names(v, ids...)
	var out []BranchWord
	for _, word := range all {
		s := BranchWord{Who: firstOf(names[word.Author], w.Say("volunteer.colleague")), When: w.Near(word.At), Exact: w.Exact(word.At), Text: word.Text, Own: word.Ours}
		if word.WroteFor {
			s.Note = w.Say("volunteer.beside.note")
		}
		out = append(out, s)
	}
	return out
}

// answerBranch answers, and closes where that is asked.
func (d *desk) answerBranch(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	if v.Form.Value("do") == "close" {
		err = d.Branches.CloseTalk(v.Context, v.Session, id)
	} else {
		err = d.Branches.AnswerTalk(v.Context, v.Session, id, v.Form.Value("client"), v.Form.Value("text"))
	}
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		return d.showBranchTalk(v, http.StatusUnprocessableEntity, &frontend.Notice{Kind: "warn", Text: v.Say(no.Key, no.Args...)})
	}
	if err != nil {
		return err
	}
	return v.Go(told("/w/branches/talk/"+string(id), "saved"))
}

// Playbooks: what was learned from questions without names.

func bookForm(w frontend.Words, b branches.Playbook) BranchBook {
	id := string(b.ID)
	return BranchBook{Words: w, ID: b.ID, Version: b.Version, Head: b.Title, When: w.Day(b.At),
		Title: frontend.Field{Name: "title" + id, Label: w.Say("branch.book.title"), Value: b.Title, Complete: "off", Spellcheck: true},
		Text:  frontend.Field{Name: "body" + id, Rows: 6, Label: w.Say("branch.book.text"), Help: w.Say("branch.book.text.help"), Value: b.Text, Spellcheck: true}}
}

func (d *desk) branchBooks(v *frontend.Visit) error { return d.showBranchBooks(v, http.StatusOK, nil) }

func (d *desk) showBranchBooks(v *frontend.Visit, status int, problem *frontend.Notice) error {
	frame, err := d.frame(v, v.Say("branch.books"), "branches")
	if err != nil {
		return err
	}
	page := BranchBooks{Desk: frame, Problem: problem, New: bookForm(frame.Words, branches.Playbook{})}
	if problem != nil {
		page.New.Title.Value, page.New.Text.Value = v.Form.Value("title"), v.Form.Value("body")
	}
	books, err := d.Branches.Playbooks(v.Context)
	if err != nil {
		return err
	}
	for _, b := range books {
		page.Rows = append(page.Rows, bookForm(page.Words, b))
	}
	return v.ShowAs(status, page)
}

// keepBook writes one down, changes one or takes one away.
func (d *desk) keepBook(v *frontend.Visit) error {
	var b branches.Playbook
	var err error
	id := v.Form.Value("id")
	if id != "" {
		if b.ID, err = helpdesk.ParseID(id); err != nil {
			return err
		}
	}
	if v.Form.Value("do") == "drop" && b.ID != "" {
		err = d.Branches.DropPlaybook(v.Context, v.Session, b.ID)
	} else {
		b.Title, b.Text = v.Form.Value("title"+id), v.Form.Value("body"+id)
		b.Version, _ = strconv.ParseInt(v.Form.Value("version"), 10, 64)
		_, err = d.Branches.KeepAsPlaybook(v.Context, v.Session, b)
	}
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		return d.showBranchBooks(v, http.StatusUnprocessableEntity, &frontend.Notice{Kind: "warn", Text: v.Say(no.Key, no.Args...)})
	}
	if err != nil {
		return err
	}
	return v.Go(told("/w/branches/playbooks", "saved"))
}
