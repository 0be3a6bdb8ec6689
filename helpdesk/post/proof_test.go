package post

import "testing"

func TestOnlyOurOwnServersVerdictOnTheSenderCounts(t *testing.T) {
	const own = "mx.desk.example"
	for _, c := range []struct {
		name     string
		results  []string
		authserv string
		want     proof
	}{
		{"nobody checks here", []string{"mx.desk.example; dmarc=pass"}, "", unproven},
		{"pass", []string{"mx.desk.example; spf=fail; dmarc=pass header.from=e.example"}, own, proven},
		{"pass with version", []string{"mx.desk.example 1; dmarc/1=pass"}, own, proven},
		{"case", []string{"MX.Desk.Example; DMARC=Pass"}, own, proven},
		{"fail", []string{"mx.desk.example; dkim=pass; dmarc=fail"}, own, disproven},
		{"permanent error", []string{"mx.desk.example; dmarc=permerror"}, own, disproven},
		{"domain without policy", []string{"mx.desk.example; dmarc=none"}, own, unproven},
		{"temporary error", []string{"mx.desk.example; dmarc=temperror"}, own, unproven},
		{"no dmarc", []string{"mx.desk.example; spf=pass"}, own, unproven},
		{"none at all", []string{"mx.desk.example; none"}, own, unproven},
		{"missing although always written", nil, own, disproven},
		{"somebody else's", []string{"mx.evil.example; dmarc=pass"}, own, disproven},
		{"forged one below our own", []string{"mx.desk.example; dmarc=fail", "mx.desk.example; dmarc=pass"}, own, disproven},
		{"somebody else's above", []string{"relay.example; dmarc=fail", "mx.desk.example; dmarc=pass"}, own, proven},
		{"pass in a comment", []string{"mx.desk.example; dmarc=fail (dmarc=pass)"}, own, disproven},
		{"comment first", []string{"mx.desk.example; dmarc=(policy; dmarc=fail) pass"}, own, proven},
		{"nested comment", []string{"mx.desk.example; (a (b) dmarc=pass) dmarc=fail"}, own, disproven},
		{"pass in a quoted reason", []string{`mx.desk.example; spf=fail reason="x; dmarc=pass"; dmarc=fail`}, own, disproven},
		{"escaped quote in a reason", []string{`mx.desk.example; spf=fail reason="x\"; dmarc=pass;"; dmarc=fail`}, own, disproven},
		{"name is only a prefix", []string{"mx.desk.example.evil; dmarc=pass"}, own, disproven},
		{"quoted name", []string{`"mx.desk.example"; dmarc=pass`}, own, proven},
		{"empty", []string{""}, own, disproven},
		{"verdict missing", []string{"mx.desk.example; dmarc="}, own, unproven},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := proofOf(c.results, c.authserv); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

func FuzzProof(f *testing.F) {
	f.Add("mx; dmarc=pass", "mx")
	f.Add(`mx (a\)b) 1; x="\";" ; dmarc/1 = pass`, "mx")
	f.Fuzz(func(t *testing.T, result, authserv string) {
		if proofOf([]string{result}, "") != unproven {
			t.Fatal("somebody was believed where nobody checks")
		}
		proofOf([]string{result}, authserv)
	})
}
