package branches

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// taskRow is a task as it is stored. ours: a branch asked it of us.
type taskRow struct {
	id, handon  helpdesk.ID
	ours        bool
	state       TaskState
	who         []byte
	at, turned  int64
	version     int64
	sealed, mac []byte
}

// taskBody is a task as it is sealed.
type taskBody struct {
	Kind   TaskKind    `json:"kind"`
	Day    string      `json:"day,omitempty"`
	At     string      `json:"at,omitempty"`
	Words  string      `json:"words,omitempty"`
	Answer string      `json:"answer,omitempty"`
	By     helpdesk.ID `json:"by,omitempty"`
}

func (t *taskRow) dest() []any {
	return []any{&t.id, &t.handon, &t.ours, &t.state, &t.who, &t.at, &t.turned, &t.version, &t.sealed, &t.mac}
}

func (t *taskRow) origin() vault.Context {
	return vault.At("branches.task.origin", t.id, t.handon, t.ours, string(t.state), t.at, t.turned, t.version)
}

func (t *taskRow) bodyAt() vault.Context { return vault.At("branches.task", t.id, t.handon, t.ours) }

func (d *Desk) vouchTask(t *taskRow) { t.mac = d.Secrets.Vouch(t.origin(), t.who, t.sealed) }

// addTask writes one; with a client id that wrote one, nothing.
func (d *Desk) addTask(ctx context.Context, tx *store.Tx, handon helpdesk.ID, key vault.Key, ours bool, client string, b taskBody) error {
	plain, err := json.Marshal(b)
	if err != nil {
		return err
	}
	t := taskRow{id: helpdesk.NewID(), handon: handon, ours: ours, state: TaskOpen, who: []byte{}, at: d.Now().UnixMicro(), version: 1}
	t.turned = t.at
	t.sealed = key.Seal(t.bodyAt(), plain)
	d.vouchTask(&t)
	if client == "" {
		client = string(t.id)
	}
	_, err = tx.Exec(ctx, insertTask, t.id, t.handon, d.clientMark("task", string(handon)+" "+client), t.ours, string(t.state), t.who, t.at, t.turned, t.version, t.sealed, t.mac)
	if err != nil {
		return fmt.Errorf("ask something in %s: %w", handon, err)
	}
	d.ring(tx, TopicThread, handon)
	return nil
}

// openedTask is a task with what was sealed in it.
type openedTask struct {
	taskRow
	body taskBody
}

func (d *Desk) readTasks(ctx context.Context, r store.Reader, handon helpdesk.ID, key vault.Key) ([]openedTask, error) {
	rows, err := r.Query(ctx, selectTasks, handon)
	if err != nil {
		return nil, fmt.Errorf("read the tasks of %s: %w", handon, err)
	}
	defer rows.Close()
	var out []openedTask
	for rows.Next() {
		var t openedTask
		if err := rows.Scan(t.dest()...); err != nil {
			return nil, fmt.Errorf("read the tasks of %s: %w", handon, err)
		}
		plain, err := key.Open(t.bodyAt(), t.sealed)
		if err != nil || json.Unmarshal(plain, &t.body) != nil || !d.Secrets.Vouched(t.mac, t.origin(), t.who, t.sealed) {
			d.Journal.Alarm(ctx, "branches_task", t.id)
			continue
		}
		out = append(out, t)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the tasks of %s: %w", handon, err)
	}
	return out, nil
}

func (t *openedTask) shown() Task {
	words := t.body.Words
	if t.body.Answer != "" {
		words = strings.TrimSpace(words + "\n" + t.body.Answer)
	}
	return Task{ID: t.id, Kind: t.body.Kind, State: t.state, Day: t.body.Day, At: t.body.At, Words: words, By: t.body.By, Made: time.UnixMicro(t.at)}
}

func (d *Desk) tasksOf(ctx context.Context, r store.Reader, handon helpdesk.ID, key vault.Key) ([]Task, error) {
	all, err := d.readTasks(ctx, r, handon, key)
	if err != nil {
		return nil, err
	}
	out := []Task{}
	for _, t := range all {
		out = append(out, t.shown())
	}
	return out, nil
}

// openTasks are those not settled, the nearest day first.
func openTasks(all []Task) []Task {
	out := []Task{}
	for _, t := range all {
		if t.State == TaskOpen || t.State == TaskTaken {
			out = append(out, t)
		}
	}
	slices.SortStableFunc(out, func(a, b Task) int {
		return cmp.Compare(cmp.Or(a.Day, "9999")+a.At, cmp.Or(b.Day, "9999")+b.At)
	})
	return out
}

// turnTask moves a task of a hand-on on. may says who asked whom.
func (d *Desk) turnTask(ctx context.Context, tx *store.Tx, handon, task helpdesk.ID, key vault.Key, ours bool, by helpdesk.ID, to TaskState, words string) error {
	all, err := d.readTasks(ctx, tx, handon, key)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(t openedTask) bool { return t.id == task && t.ours == ours })
	if i < 0 {
		return fmt.Errorf("task %s: %w", task, helpdesk.ErrNotFound)
	}
	t := all[i]
	settled := t.state == TaskDone || t.state == TaskCannot
	if settled || to != TaskTaken && to != TaskDone && to != TaskCannot {
		return helpdesk.Refuse("branches.task")
	}
	was := t.version
	t.state, t.who, t.turned, t.version = to, d.whoMark(by), d.Now().UnixMicro(), was+1
	t.body.By, t.body.Answer = by, strings.TrimSpace(words)
	plain, err := json.Marshal(t.body)
	if err != nil {
		return err
	}
	t.sealed = key.Seal(t.bodyAt(), plain)
	d.vouchTask(&t.taskRow)
	n, err := tx.Exec(ctx, updateTask, string(t.state), t.who, t.turned, t.version, t.sealed, t.mac, task, was)
	if err != nil {
		return fmt.Errorf("change task %s: %w", task, err)
	}
	if n == 0 {
		return fmt.Errorf("change task %s: %w", task, helpdesk.ErrConflict)
	}
	d.ring(tx, TopicThread, handon)
	return nil
}

// Turn says how far a task has come: TaskTaken, TaskDone or TaskCannot, with
// words or none. ErrNotFound for what is no task of that thread, Refusal
// "branches.task" for one that is settled.
func (d *Desk) Turn(ctx context.Context, o *staff.Outsider, thread, task helpdesk.ID, to TaskState, words string) error {
	if utf8.RuneCountInString(words) > LineMost {
		return helpdesk.Refuse("branches.long", LineMost)
	}
	return d.inThread(ctx, o, thread, "turn a task", func(tx *store.Tx, _ *row, key vault.Key) error {
		return d.turnTask(ctx, tx, thread, task, key, false, o.User.ID, to, words)
	})
}

// TakeOver asks the organisation to take a contact with an authority over.
func (d *Desk) TakeOver(ctx context.Context, o *staff.Outsider, thread helpdesk.ID, client, words string) error {
	words, err := speakable(words)
	if err != nil {
		return err
	}
	return d.inThread(ctx, o, thread, "ask to take a contact over", func(tx *store.Tx, h *row, key vault.Key) error {
		if err := d.addTask(ctx, tx, thread, key, true, client, taskBody{Kind: Authority, Words: words}); err != nil {
			return err
		}
		return d.noteTheirs(ctx, tx, VerbAsked, h.ticket)
	})
}

// Ask asks a branch for one of TaskKinds, by a day or none. Refusals
// "branches.over", "branches.task", "branches.day", "branches.long".
func (d *Desk) Ask(ctx context.Context, s *staff.Session, thread helpdesk.ID, client string, t Task) error {
	t.Words = strings.TrimSpace(t.Words)
	if !slices.Contains(TaskKinds, t.Kind) {
		return helpdesk.Refuse("branches.task")
	}
	if utf8.RuneCountInString(t.Words) > LineMost {
		return helpdesk.Refuse("branches.long", LineMost)
	}
	if err := d.dayFits(ctx, t); err != nil {
		return err
	}
	return d.asTeam(ctx, s, thread, "ask a branch", true, func(tx *store.Tx, h *row, key vault.Key) error {
		if err := d.addTask(ctx, tx, thread, key, false, client, taskBody{Kind: t.Kind, Day: t.Day, At: t.At, Words: t.Words}); err != nil {
			return err
		}
		return d.note(ctx, tx, s.User.ID, VerbAsked, h.ticket)
	})
}

func (d *Desk) dayFits(ctx context.Context, t Task) error {
	wrong := helpdesk.Refuse("branches.day")
	if t.At != "" {
		if _, err := time.Parse("15:04", t.At); err != nil || t.Day == "" {
			return wrong
		}
	}
	if t.Day == "" {
		return nil
	}
	day, ok := hours.ParseDate(t.Day)
	if !ok {
		return wrong
	}
	plan, err := d.Office.Hours(ctx)
	if err != nil {
		return err
	}
	if day.Before(hours.DateOf(d.Now().In(plan.Zone("")))) {
		return wrong
	}
	return nil
}

// TakenOver says that we contacted the authority: it needs a consent of the
// ticket for exactly that, which is used up by it. Refusals "branches.task",
// "branches.consent".
func (d *Desk) TakenOver(ctx context.Context, s *staff.Session, thread, task, consent helpdesk.ID, what string) error {
	what, err := speakable(what)
	if err != nil {
		return err
	}
	return d.asTeam(ctx, s, thread, "take a contact over", false, func(tx *store.Tx, h *row, key vault.Key) error {
		if err := d.Door.SpendAuthority(ctx, tx, s, h.ticket, consent, what); err != nil {
			return err
		}
		// What was said to whom is the person's: the branch reads that it is done.
		return d.turnTask(ctx, tx, thread, task, key, true, s.User.ID, TaskDone, "")
	})
}
