package main

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/routing"
)

// Of route: a large house.
const (
	routeCounsellors = 200
	routeRules       = 100
	routeTickets     = 20_000
)

// route measures one decision as the program takes it, with the counsellors as
// they stand now and all reasons, beside a plain scan of the same list that
// says none.
func route(b *bench) {
	h := largeHouse(b)
	draw := rand.New(rand.NewPCG(4, 1))
	facts := make([]routing.Facts, routeTickets)
	for i := range facts {
		facts[i] = someFacts(draw, h)
	}
	board := routing.Ready(h)
	var ours, bare, ready []time.Duration
	owned, differ := 0, 0
	for _, f := range facts {
		began := time.Now()
		c := board.Now(h.Counsellors).Decide(f)
		ours = append(ours, time.Since(began))
		began = time.Now()
		team, owner := plainScan(&f, &h)
		bare = append(bare, time.Since(began))
		if c.Owner != "" {
			owned++
		}
		if team != c.Team || owner != c.Owner {
			differ++
		}
	}
	for range 50 {
		began := time.Now()
		routing.Ready(h)
		ready = append(ready, time.Since(began))
	}
	began := time.Now()
	found := len(routing.Check(h))
	checked := time.Since(began)
	began = time.Now()
	turned := slices.Clone(h.Rules)
	slices.Reverse(turned)
	trial := routing.Try(h, turned, facts[:200])
	tried := time.Since(began)

	us := func(d time.Duration) string { return fmt.Sprintf("%.1f µs", float64(d.Nanoseconds())/1000) }
	row("a decision, median", us(percentile(ours, 50)), "≤ 200 µs")
	also("a decision, p99", us(percentile(ours, 99)))
	also("a plain scan without reasons, median", us(percentile(bare, 50)))
	also("decision beside plain scan", fmt.Sprintf("%.2f times", float64(percentile(ours, 50))/float64(percentile(bare, 50))))
	also("allocated by a decision", fmt.Sprintf("%d bytes", allocated(board, facts)))
	also("making rules and people ready, once a version", us(percentile(ready, 50)))
	also(fmt.Sprintf("checking %d rules before they are saved (%d findings)", len(h.Rules), found), ms(checked))
	also(fmt.Sprintf("trying them in the other order on the last 200 tickets (%d would move)", len(trial.Changed)), ms(tried))
	also("tickets that found an owner", fmt.Sprintf("%d of %d; the scan, which knows no wishes' wait, substitutes or children, differs in %d", owned, len(facts), differ))
}

func allocated(board *routing.Switchboard, facts []routing.Facts) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, f := range facts {
		board.Decide(f)
	}
	runtime.ReadMemStats(&after)
	return (after.TotalAlloc - before.TotalAlloc) / uint64(len(facts))
}

// benchID is an id that is the same on every run.
func benchID(kind string, n int) helpdesk.ID {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	s := fmt.Sprintf("%s%c%c%c", kind, letters[n/676%26], letters[n/26%26], letters[n%26])
	return helpdesk.ID(s + strings.Repeat("a", 25-len(s)) + "q")
}

var (
	benchTags   = []string{"sv", "en", "ar", "fa", "prs", "ps", "ckb", "kmr", "so", "ti", "sq", "ru", "uz", "ka", "mn", "es"}
	benchTopics = []string{"reintegration", "process", "readmission", "authorities", "appeal", "law", "detention", "children", "violence", "material", "health", "other"}
)

func largeHouse(b *bench) routing.House {
	var h routing.House
	for i, kind := range []string{routing.KindGeneral, routing.KindReturn, routing.KindLaw, routing.KindChildren, "violence", "persecution", routing.KindReturn, routing.KindLaw} {
		h.Teams = append(h.Teams, routing.Team{ID: benchID("team", i), Kind: kind, Restricted: i >= 3 && i <= 5})
	}
	h.Teams[3].Fallback = h.Teams[2].ID
	draw := rand.New(rand.NewPCG(4, 2))
	for i := range routeCounsellors {
		c := routing.Counsellor{ID: benchID("who", i), Teams: []helpdesk.ID{h.Teams[i%8].ID}, Languages: []string{"sv", benchTags[draw.IntN(16)], benchTags[draw.IntN(16)]},
			Skills: []string{benchTopics[draw.IntN(12)]}, Gender: []routing.Gender{routing.Woman, routing.Man}[i/8%2], Capacity: 20, Open: draw.IntN(22),
			OnRoster: draw.IntN(3) > 0, Away: draw.IntN(12) == 0, Substitute: benchID("who", (i+8)%routeCounsellors)}
		c.Present = c.OnRoster && draw.IntN(4) > 0
		if i%8 == 2 || i%8 == 7 {
			c.Skills = append(c.Skills, "lawyer")
		}
		h.Counsellors = append(h.Counsellors, c)
	}
	var text strings.Builder
	for i := range routeRules {
		fmt.Fprintf(&text, "rule Rule %d\n  when channel %s\n  when language %s %s\n  when topic %s\n", i, []string{"chat phone", "mail", "visit"}[i%3], benchTags[i%16], benchTags[(i+5)%16], benchTopics[i%12])
		if i%4 == 0 {
			fmt.Fprintf(&text, "  when waited over %dh\n  then priority %d\n", 1+i%9, 1+i%2)
		} else {
			fmt.Fprintf(&text, "  then kind %s\n", []string{"return", "law", "general"}[i%3])
		}
	}
	var err error
	h.Rules, err = routing.ReadRules(text.String())
	b.check(err)
	h.Topics, err = routing.ReadTopics(routing.DefaultTopics)
	b.check(err)
	return h
}

func someFacts(draw *rand.Rand, h routing.House) routing.Facts {
	f := routing.Facts{
		Channel: []hours.Channel{hours.Mail, hours.Mail, hours.Chat, hours.Phone}[draw.IntN(4)], Team: h.Teams[draw.IntN(3)].ID,
		Language: benchTags[draw.IntN(16)], Topic: benchTopics[draw.IntN(12)], Urgent: draw.IntN(40) == 0, Child: draw.IntN(16) == 0,
		Waited: time.Duration(draw.IntN(12)) * time.Hour,
	}
	if draw.IntN(3) == 0 {
		f.Earlier = h.Counsellors[draw.IntN(len(h.Counsellors))].ID
	}
	if draw.IntN(10) == 0 {
		f.Wish = routing.Woman
	}
	if draw.IntN(6) == 0 {
		f.Audience = hours.Detained
	}
	return f
}

// plainScan is what a first version might be: the rules asked in turn, then all
// counsellors, with no reasons, no substitutes and no care for children.
func plainScan(f *routing.Facts, h *routing.House) (team, owner helpdesk.ID) {
	kind := ""
	for _, r := range h.Rules {
		if kind != "" {
			break
		}
		if !slices.ContainsFunc(r.When, func(c routing.Condition) bool { return !plainHolds(f, c) }) {
			for _, e := range r.Then {
				if e.Deed == routing.DeedKind {
					kind = e.Value
				}
			}
		}
	}
	for _, t := range h.Topics {
		if kind == "" && t.Key == f.Topic {
			kind = t.Kind
		}
	}
	team = f.Team
	for _, t := range h.Teams {
		if t.Kind == kind {
			team = t.ID
			break
		}
	}
	best := 1 << 30
	for _, c := range h.Counsellors {
		score := c.Open
		if !slices.Contains(c.Languages, f.Language) {
			score += 1000
		}
		if c.ID == f.Earlier {
			score -= 5000
		}
		if slices.Contains(c.Teams, team) && !c.Away && c.Open < c.Capacity && (c.Present || c.OnRoster && f.Channel == hours.Mail) &&
			(f.Wish == "" || f.Wish == c.Gender) && score < best {
			best, owner = score, c.ID
		}
	}
	return team, owner
}

func plainHolds(f *routing.Facts, c routing.Condition) bool {
	switch c.Fact {
	case routing.FactChannel:
		return slices.Contains(c.Values, string(f.Channel)) != c.Not
	case routing.FactLanguage:
		return slices.Contains(c.Values, f.Language) != c.Not
	case routing.FactTopic:
		return slices.Contains(c.Values, f.Topic) != c.Not
	case routing.FactWaited:
		return f.Waited >= c.Over && (c.Under == 0 || f.Waited < c.Under)
	}
	return false
}
