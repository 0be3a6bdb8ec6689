package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"returnsupport/helpdesk"
)

// cutVerdict compares what was said with what is stored and with what each
// side heard.
type cutVerdict struct {
	said                       int
	lost, doubled, order       int // in the store
	unheard, heardTwice, mixed int // by the sides
	strange                    int
	t                          *cutTest
}

// judge reads everything as a counsellor may export it.
func (t *cutTest) judge(talks []talk) cutVerdict {
	v := cutVerdict{t: t, said: t.said()}
	stored := t.stored()
	for n, talk := range talks {
		truth := stored[talk.ticket]
		for _, mark := range []string{"p", "d"} {
			var want, got []string
			for k := range t.size.each {
				want = append(want, fmt.Sprintf("mark-%s-%d-%d", mark, talk.n, k))
			}
			for _, m := range truth {
				if strings.HasPrefix(m, "mark-"+mark+"-") {
					got = append(got, m)
				}
			}
			lost, doubled, order := compare(want, got)
			v.lost, v.doubled, v.order = v.lost+lost, v.doubled+doubled, v.order+order
		}
		for _, s := range t.sides[2*n : 2*n+2] {
			lost, doubled, order := compare(truth, s.heard)
			v.unheard, v.heardTwice, v.mixed = v.unheard+lost, v.heardTwice+doubled, v.mixed+order
			v.strange += s.strange
		}
	}
	return v
}

// compare counts what is missing, what came more than once, and what stands
// before something it should follow.
func compare(want, got []string) (lost, doubled, order int) {
	place := map[string]int{}
	for i, m := range want {
		place[m] = i
	}
	seen, highest := map[string]bool{}, -1
	for _, m := range got {
		i, known := place[m]
		switch {
		case seen[m]:
			doubled++
		case !known || i < highest:
			order++
		default:
			highest = i
		}
		seen[m] = true
	}
	for _, m := range want {
		if !seen[m] {
			lost++
		}
	}
	return lost, doubled, order
}

// stored are the marks of each ticket, by their numbers.
func (t *cutTest) stored() map[helpdesk.ID][]string {
	out := filepath.Join(t.i.dir, "export")
	t.i.export(out)
	f, err := os.Open(filepath.Join(out, "tickets.jsonl"))
	t.check(err)
	defer f.Close()
	type message struct {
		number int64
		mark   string
	}
	all := map[helpdesk.ID][]message{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var m struct {
			Ticket           helpdesk.ID
			Number           int64
			Text             string
			Broken, Unproven bool
		}
		t.check(json.Unmarshal(lines.Bytes(), &m))
		if mark := sideMarks.FindString(m.Text); mark != "" && !m.Broken {
			all[m.Ticket] = append(all[m.Ticket], message{m.Number, mark})
		}
	}
	t.check(lines.Err())
	marks := map[helpdesk.ID][]string{}
	for id, messages := range all {
		slices.SortStableFunc(messages, func(a, b message) int { return int(a.number - b.number) })
		for _, m := range messages {
			marks[id] = append(marks[id], m.mark)
		}
	}
	return marks
}

func (v cutVerdict) print(name string) {
	t := v.t
	row(name+": stored: lost / doubled / out of order", fmt.Sprintf("%d / %d / %d", v.lost, v.doubled, v.order), "0 / 0 / 0")
	row(name+": heard: lost / doubled / out of order", fmt.Sprintf("%d / %d / %d", v.unheard, v.heardTwice, v.mixed+v.strange), "0 / 0 / 0")
	wrong := "none"
	if err := t.wrong.err(); err != nil {
		wrong = err.Error()
	}
	row(name+": turned away without reason", wrong, "none")
	also(name+": messages, resent, cuts, kills, ended by themselves", fmt.Sprintf("%d of %d, %d, %d, %d, %d", v.said, 2*t.size.talks*t.size.each, t.resent.Load(), t.cutDone.Load(), t.kills, t.ended))
	also(name+": took", t.took.Round(time.Second).String())
}
