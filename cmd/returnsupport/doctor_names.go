package main

import (
	"context"
	"errors"
	"net"
	"regexp"
	"strings"
	"time"
)

// resolver asks the name servers; *net.Resolver is one.
type resolver interface {
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupHost(ctx context.Context, host string) ([]string, error)
}

// domain is what the world's name servers say of a domain of ours.
type domain struct {
	name       string
	silent     bool // nobody could be asked
	mx         int
	host       bool   // it is a machine, too, which gets its letters where it has no MX (RFC 5321 section 5.1)
	spf, dmarc string // the record, "" for none
	several    bool   // more than one SPF record: receivers count none
}

const namesPatience = 10 * time.Second

func lookUpDomain(ctx context.Context, ask resolver, name string) domain {
	ctx, cancel := context.WithTimeout(ctx, namesPatience)
	defer cancel()
	d := domain{name: name}
	mx, err := ask.LookupMX(ctx, name)
	d.mx, d.silent = len(mx), unheard(err)
	if d.mx == 0 {
		hosts, err := ask.LookupHost(ctx, name)
		d.host, d.silent = len(hosts) > 0, d.silent || unheard(err)
	}
	texts, err := ask.LookupTXT(ctx, name)
	d.silent = d.silent || unheard(err)
	for _, t := range texts {
		if strings.HasPrefix(strings.ToLower(t), "v=spf1") {
			d.several, d.spf = d.spf != "", t
		}
	}
	texts, err = ask.LookupTXT(ctx, "_dmarc."+name)
	d.silent = d.silent || unheard(err)
	for _, t := range texts {
		if strings.HasPrefix(strings.ToLower(t), "v=dmarc1") {
			d.dmarc = t
		}
	}
	return d
}

// unheard: an answer that there is no such name is an answer.
func unheard(err error) bool {
	var dns *net.DNSError
	return err != nil && !(errors.As(err, &dns) && dns.IsNotFound)
}

// everybodyMay: a mechanism without a sign is one with a plus (RFC 7208 section 4.6.2).
var everybodyMay = regexp.MustCompile(`(?i)\s\+?all(?:\s|$)`)

var policyOf = regexp.MustCompile(`(?i)[;\s]p\s*=\s*([a-z]+)`)

// checkDomain: our answers are believed, and reach people, when the domain says
// who may send for it (SPF, RFC 7208) and what becomes of what others send in its
// name (DMARC, RFC 7489).
func checkDomain(d domain) []finding {
	if d.silent {
		return []finding{mind("names", d.name+": no name server answers", "is there a network, and a name server in /etc/resolv.conf?")}
	}
	var all []finding
	switch {
	case d.mx > 0:
	case d.host:
		all = append(all, mind("names", d.name+" has no MX record: letters go to whatever machine has that name", "an MX record that names your mail server"))
	default:
		all = append(all, broken("names", d.name+" has no MX record: nobody's letters reach it", "an MX record that names your mail server"))
	}
	switch {
	case d.spf == "":
		all = append(all, mind("names", d.name+" does not say who may send for it: answers may land in junk", `a TXT record such as "v=spf1 mx -all"; your mail provider knows the right one`))
	case d.several:
		all = append(all, broken("names", d.name+" has two SPF records, so receivers count neither", "put both into one"))
	case everybodyMay.MatchString(d.spf):
		all = append(all, broken("names", d.name+" lets everybody send in its name (all)", `end the SPF record with "-all"`))
	}
	policy := policyOf.FindStringSubmatch(d.dmarc)
	switch {
	case policy == nil:
		all = append(all, mind("names", d.name+" has no DMARC record: anybody may write to persons in your name", `a TXT record at _dmarc.`+d.name+` such as "v=DMARC1; p=quarantine"`))
	case strings.EqualFold(policy[1], "none"):
		all = append(all, mind("names", d.name+": DMARC only watches (p=none)", `"p=quarantine", once your own letters pass`))
	}
	if len(all) == 0 {
		all = append(all, fine("names", d.name+": MX, SPF and DMARC are there; whether letters are signed (DKIM) shows only in a letter that arrived"))
	}
	return all
}

// checkNames: the name people type leads somewhere.
func checkNames(ctx context.Context, ask resolver, host string) []finding {
	if host == "" || net.ParseIP(host) != nil || host == "localhost" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, namesPatience)
	defer cancel()
	addresses, err := ask.LookupHost(ctx, host)
	switch {
	case unheard(err):
		return []finding{mind("names", host+": no name server answers", "is there a network, and a name server in /etc/resolv.conf?")}
	case len(addresses) == 0:
		return []finding{broken("names", "nobody knows "+host+", where people should come in", "A and AAAA records for "+host+", or another --public-url")}
	}
	return []finding{fine("names", host+" leads to "+strings.Join(addresses, ", "))}
}
