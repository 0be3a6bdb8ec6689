package post

import (
	"fmt"
	"strings"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/mailbridge/letter"
)

// Cases are written as the facts the house has about a letter. refs: T a
// reply address, M1, M2 ids it names, S its own id. facts: ref, party,
// conversation, team, kind, age.
func TestALetterJoinsOnlyWhereItsSenderWasPartOfTheTalk(t *testing.T) {
	type fact struct {
		ref  string
		who  party
		in   helpdesk.ID
		team helpdesk.ID
		kind kind
		at   int64
	}
	const home, other = helpdesk.ID("home"), helpdesk.ID("other")
	for _, c := range []struct {
		name   string
		refs   string
		facts  []fact
		sender sender
		join   helpdesk.ID
		claim  helpdesk.ID
	}{
		{name: "first letter", refs: "S"},
		{name: "refers to nothing we know", refs: "M1 S"},
		{name: "answers ours by reply address", refs: "T S", facts: []fact{{"T", from, "a", home, own, 1}}, join: "a"},
		{name: "answers ours by In-Reply-To", refs: "M1 S", facts: []fact{{"M1", from, "a", home, own, 1}}, join: "a"},
		{name: "answers their own earlier letter", refs: "M1 S", facts: []fact{{"M1", from, "a", home, seen, 1}}, join: "a"},
		{name: "only an old reference is known", refs: "M1 M2 S", facts: []fact{{"M2", from, "a", home, seen, 1}}, join: "a"},
		{name: "proven and known", refs: "T S", facts: []fact{{"T", from, "a", home, own, 1}}, sender: sender{proof: proven}, join: "a"},
		{name: "proven alone is no reason", refs: "S", sender: sender{proof: proven}},
		{name: "stranger with a reply address", refs: "T S", facts: []fact{{"T", nobody, "a", home, own, 1}}, claim: "a"},
		{name: "proven stranger with a reply address", refs: "T S", facts: []fact{{"T", nobody, "a", home, own, 1}}, sender: sender{proof: proven}, claim: "a"},
		{name: "stranger with our id", refs: "M1 S", facts: []fact{{"M1", nobody, "a", home, own, 1}}, claim: "a"},
		{name: "stranger with the id of somebody's letter", refs: "M1 S", facts: []fact{{"M1", nobody, "a", home, seen, 1}}, claim: "a"},
		{name: "stranger with an id only waited for", refs: "M1 S", facts: []fact{{"M1", nobody, "a", home, wanted, 1}}},
		{name: "known address, forged", refs: "T S", facts: []fact{{"T", from, "a", home, own, 1}}, sender: sender{proof: disproven}, claim: "a"},
		{name: "known address, forged, no token", refs: "M1 S", facts: []fact{{"M1", from, "a", home, seen, 1}}, sender: sender{proof: disproven}, claim: "a"},
		{name: "answers asked to a stranger", refs: "T S", facts: []fact{{"T", from, "a", home, own, 1}}, sender: sender{otherReplyTo: true}, claim: "a"},
		{name: "answers asked to a second known address", refs: "T S", facts: []fact{{"T", from, "a", home, own, 1}, {"T", replyTo, "a", home, own, 1}}, sender: sender{otherReplyTo: true}, join: "a"},
		{name: "the second address is known elsewhere only", refs: "T M1 S", facts: []fact{{"T", from, "a", home, own, 1}, {"M1", replyTo, "b", home, own, 1}}, sender: sender{otherReplyTo: true}, claim: "a"},
		{name: "somebody else's Reply-To names the known address", refs: "T S", facts: []fact{{"T", replyTo, "a", home, own, 1}}, sender: sender{otherReplyTo: true}, claim: "a"},
		{name: "sibling of a reply whose parent is missing", refs: "M1 S", facts: []fact{{"M1", from, "a", home, wanted, 1}}, join: "a"},
		{name: "parent after reply, same writer", refs: "S", facts: []fact{{"S", from, "a", home, wanted, 1}}, join: "a"},
		{name: "parent after reply, the replier was given it", refs: "S", facts: []fact{{"S", given, "a", home, wanted, 1}}, join: "a"},
		{name: "parent drawn by a stranger", refs: "S", facts: []fact{{"S", nobody, "a", home, wanted, 1}}},
		{name: "parent after reply, forged", refs: "S", facts: []fact{{"S", from, "a", home, wanted, 1}}, sender: sender{proof: disproven}, claim: "a"},
		{name: "an id used again", refs: "S", facts: []fact{{"S", from, "a", home, seen, 1}}},
		{name: "an id used again by another", refs: "S", facts: []fact{{"S", nobody, "a", home, seen, 1}}},
		{name: "names a reused id: the newest of that address", refs: "M1 S", facts: []fact{{"M1", from, "a", home, seen, 1}, {"M1", from, "b", home, seen, 3}, {"M1", from, "c", home, seen, 2}}, join: "b"},
		{name: "names a reused id: strangers' newer ones do not count", refs: "M1 S", facts: []fact{{"M1", from, "a", home, seen, 1}, {"M1", nobody, "b", home, seen, 9}}, join: "a"},
		{name: "token before parent", refs: "T M1 S", facts: []fact{{"M1", from, "b", home, own, 9}, {"T", from, "a", home, own, 1}}, join: "a"},
		{name: "parent before ancestor", refs: "M1 M2 S", facts: []fact{{"M2", from, "b", home, own, 9}, {"M1", from, "a", home, own, 1}}, join: "a"},
		{name: "known ancestor before a stranger's token", refs: "T M1 S", facts: []fact{{"T", nobody, "x", home, own, 9}, {"M1", from, "a", home, own, 1}}, join: "a"},
		{name: "one of a shared address's two persons", refs: "T S", facts: []fact{{"T", from, "a", home, own, 1}}, join: "a"},
		{name: "letter to two teams: each has its own", refs: "M1 S", facts: []fact{{"M1", from, "b", other, seen, 9}, {"M1", from, "a", home, seen, 1}}, join: "a"},
		{name: "own team before a stronger ref of the other", refs: "M1 M2 S", facts: []fact{{"M1", from, "b", other, own, 9}, {"M2", from, "a", home, seen, 1}}, join: "a"},
		{name: "only the other team knows it", refs: "M1 S", facts: []fact{{"M1", from, "b", other, own, 9}}, join: "b"},
		{name: "hint: own team first", refs: "M1 S", facts: []fact{{"M1", nobody, "b", other, own, 9}, {"M1", nobody, "a", home, own, 1}}, claim: "a"},
		{name: "wanted by two conversations", refs: "S", facts: []fact{{"S", from, "a", home, wanted, 1}, {"S", from, "b", home, wanted, 2}}, join: "b"},
		{name: "joins by a reference although its own id is waited for elsewhere", refs: "M1 S", facts: []fact{{"S", from, "b", home, wanted, 2}, {"M1", from, "a", home, seen, 1}}, join: "a"},
		{name: "a Cc is no sender", refs: "M1 S", facts: []fact{{"M1", given, "a", home, own, 1}}, claim: "a"},
		{name: "same moment twice: one fixed answer", refs: "M1 S", facts: []fact{{"M1", from, "b", home, seen, 1}, {"M1", from, "a", home, seen, 1}}, join: "a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var refs []ref
			at := map[string]int{}
			for i, r := range strings.Fields(c.refs) {
				at[r] = i
				refs = append(refs, ref{id: r, token: r == "T", self: r == "S"})
			}
			var facts []known
			for _, f := range c.facts {
				i, ok := at[f.ref]
				if !ok {
					t.Fatalf("the case names %s without referring to it", f.ref)
				}
				facts = append(facts, known{i, f.who, f.in, f.team, f.kind, f.at})
			}
			got := decide(refs, facts, home, c.sender)
			if want := (verdict{c.join, c.claim}); got != want {
				t.Errorf("got join %q claim %q, want join %q claim %q", got.join, got.claim, want.join, want.claim)
			}
			for i, j := 0, len(facts)-1; i < j; i, j = i+1, j-1 {
				facts[i], facts[j] = facts[j], facts[i]
			}
			if again := decide(refs, facts, home, c.sender); again != got {
				t.Errorf("the order of the rows decides: %v, then %v", got, again)
			}
		})
	}
}

func TestRefsAreReadStrongestFirstAndBounded(t *testing.T) {
	box := letterboxOf("Help@Desk.example", true)
	token := strings.Repeat("a", secretLength)
	addr := func(a string) []letter.Address { return []letter.Address{{Addr: a}} }
	for _, c := range []struct {
		name string
		l    letter.Letter
		want string
	}{
		{"nothing", letter.Letter{}, ""},
		{"own id alone", letter.Letter{MessageID: "s"}, "=s"},
		{"parents, then ancestors from the youngest", letter.Letter{MessageID: "s", InReplyTo: []string{"p"}, References: []string{"a", "b", "p"}}, "p b a =s"},
		{"reply address first", letter.Letter{MessageID: "s", InReplyTo: []string{"p"}, To: addr("HELP+" + strings.ToUpper(token) + "@desk.example")}, "+" + token + "@desk.example p =s"},
		{"reply address in Cc", letter.Letter{Cc: addr("help+" + token + "@desk.example")}, "+" + token + "@desk.example"},
		{"reply address only in the transport lines", letter.Letter{DeliveredTo: []string{"help+" + token + "@desk.example"}}, "+" + token + "@desk.example"},
		{"a token of the wrong length", letter.Letter{To: addr("help+" + token[1:] + "@desk.example")}, ""},
		{"a token with foreign letters", letter.Letter{To: addr("help+" + token[1:] + "1@desk.example")}, ""},
		{"somebody else's plus address", letter.Letter{To: addr("hello+" + token + "@desk.example")}, ""},
		{"another domain", letter.Letter{To: addr("help+" + token + "@desk.example.org")}, ""},
		{"names itself as parent", letter.Letter{MessageID: "s", InReplyTo: []string{"s"}, References: []string{"s", "a"}}, "a =s"},
		{"the reply address and In-Reply-To name one message", letter.Letter{To: addr("help+" + token + "@desk.example"), InReplyTo: []string{token + "@desk.example"}}, "+" + token + "@desk.example"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, r := range refsOf(&c.l, box) {
				switch {
				case r.token:
					got = append(got, "+"+r.id)
				case r.self:
					got = append(got, "="+r.id)
				default:
					got = append(got, r.id)
				}
			}
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("got %q, want %q", s, c.want)
			}
		})
	}

	long := letter.Letter{MessageID: "s", InReplyTo: []string{"r999"}}
	for i := range 1000 {
		long.References = append(long.References, fmt.Sprintf("r%d", i))
	}
	refs := refsOf(&long, box)
	if len(refs) != maxRefs || refs[0].id != "r999" || refs[1].id != "r998" || refs[len(refs)-2].id != "r0" || !refs[len(refs)-1].self {
		t.Errorf("of a long thread: %v", refs)
	}
}

func TestAReplyAddressLeadsBackToItsLetter(t *testing.T) {
	for _, c := range []struct {
		address string
		plus    bool
		want    bool
	}{
		{"help@desk.example", true, true},
		{"help@desk.example", false, false},
		{"Rådgivning@smörgås.example", true, true},
		{strings.Repeat("x", 38) + "@desk.example", true, false},
	} {
		box := letterboxOf(c.address, c.plus)
		id := box.newMessageID()
		reply := box.replyAddress(id)
		if (reply != "") != c.want {
			t.Errorf("%s, plus %v: reply address %q", c.address, c.plus, reply)
		}
		if reply != "" && box.tokenID(letter.Address{Addr: reply}.Key()) != id {
			t.Errorf("%s does not lead back to %s", reply, id)
		}
		if reply != "" && !box.holds(reply) {
			t.Errorf("%s does not reach the mailbox", reply)
		}
	}
	if box := letterboxOf("help@desk.example", true); box.holds("help+anything@desk.example") || box.holds("x@desk.example") || !box.holds("help@desk.example") {
		t.Error("the mailbox mistakes its own addresses")
	}
}
