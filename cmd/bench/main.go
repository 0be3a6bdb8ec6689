// Command bench measures the house against the bare parts doing the same work
// in the same run.
//
// Never: part of a test. Machines are shared and noisy; a figure is a ratio
// beside its baseline, the median of several runs, read by a person.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
)

// scenario is one thing to measure. run prints rows of figures, each beside
// its target.
type scenario struct {
	name, what string
	run        func(*bench)
}

var scenarios = []scenario{
	{"ingest", "5,000 mails, 230 MB, from Dovecot to committed tickets, both engines, beside the bare parts", ingest},
	{"arrival", "from delivery to visible on an open page, on Dovecot and on the mail world in memory", arrival},
	{"queue", "queues, saved filters and filters over sealed facts, at 4,000 and at 1,000,000 tickets, both engines", queue},
	{"claim", "8 counsellors take 2,000 tickets at once, beside bare commits, both engines", claim},
	{"crash", "kill -9 twenty times over 2,000 mails in and 200 answers out", crash},
	{"chat", "400 conversations, 400 messages a second, person to counsellor's screen, beside insert, commit, ring and select", chatScenario},
	{"cuts", "200 conversations, 20,000 messages, every way, both sides cut every two seconds, a replica killed every 20 s", cuts},
	{"idle", "15,000 open websockets of persons: memory each, beside bare gorilla", idle},
	{"page", "first load of persons' pages in each language: bytes, and a browser on slow 3G", page},
	{"pages", "first load of the desk's pages in bytes, and the page that follows another, beside the same bytes from a bare handler, both engines", pages},
	{"route", "a routing decision among 200 counsellors and 100 rules, beside a plain scan without reasons", route},
	{"week", "a service's year in simulated days, with and without evening hours: waits and promises", week},
	{"directory", "20,000 services by need, language and nearness, both engines, beside a bare indexed table", directoryScenario},
	{"ledger", "a book of 1,000,000 consent steps verified by the program, and one step more, both engines, beside bare reads and commits", ledgerScenario},
	{"refer", "a referral of 20 things and 5 files from yes to sent, and opened, both engines, beside bare seals and commits", referScenario},
	{"withdraw", "packages taken back on one replica and asked for on another, both engines", withdrawScenario},
	{"escalate", "a local branch hands on: a phone on slow 3G that loses its net, and from the last tap to a counsellor's queue on another replica", escalate},
	{"hostile", "IMAP servers that nest, flood, drip or say nothing, beside an honest one: how soon each ends, memory, and a letter to the other", hostile},
	{"nasty", "37 kinds of hostile mail in 10 sizes each, read as the postroom does: time, memory and how the cost grows", nasty},
	{"backlog", "50,000 waiting mails, one engine, a new one each second meanwhile: until its page shows it, and memory", backlog},
	{"outage", "PostgreSQL and Redis killed in turn for 20 s under mail and chat: what is lost, what pages say, when all is back", outage},
	{"signin", "words and second factor as in earnest: one sign-in, and 50 at once, both engines, beside the bare cost of the words", signInScenario},
	{"backup", "200,000 tickets and 20 GB in files copied while pages are turned, both engines, beside a bare copy; put back and verified (-content MB)", backupScenario},
	{"retention", "100,000 tickets due by the rules, both engines, while pages are turned and tickets taken", retentionScenario},
	{"start", "time to the first page, idle memory, size of the program", start},
}

// Of the chat alone: to look at one half, or at less than the whole load.
var (
	onFlag    = flag.String("on", "", "chat: sqlite or postgres alone")
	talksFlag = flag.Int("talks", wholeChat.talks, "chat: conversations, and messages a second; cuts: conversations, if fewer than 200")
)

func main() {
	if beChild() {
		return
	}
	if len(os.Args) == 3 && os.Args[1] == "bare" { // a child of ingest
		bareChild(os.Args[2])
		return
	}
	flag.Parse()
	wanted := flag.Args()
	if len(wanted) == 0 || wanted[0] == "help" {
		fmt.Println("Use: go run ./cmd/bench [-on sqlite|postgres] [-talks N] [-tickets N] [-claims N] all | SCENARIO...   (needs Dovecot and PostgreSQL on this machine)")
		for _, s := range scenarios {
			fmt.Printf("  %-9s %s\n", s.name, s.what)
		}
		return
	}
	fmt.Printf("%s, %d cores, %s\n", runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	for _, s := range scenarios {
		for _, w := range wanted {
			if w == s.name || w == "all" {
				fmt.Printf("\n%s: %s\n", s.name, s.what)
				measure(s.run)
			}
		}
	}
}

// measure runs a scenario and ends what it started, also when it fails.
func measure(run func(*bench)) {
	b := newBench()
	defer b.end()
	run(b)
}
