package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io/fs"
	"math"
	"net"
	"net/url"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// examineMachine looks at the system around the program.
func examineMachine(env func(string) string, set settings) []finding {
	root := os.DirFS("/")
	var all []finding
	all = append(all, checkSwap(root)...)
	all = append(all, checkDumps(dumpsForbidden(), env("GOTRACEBACK")))
	all = append(all, checkFiles(openFileLimit()))
	all = append(all, checkClock(clockKept()))
	all = append(all, checkMemory(memoryOf(root)))
	all = append(all, checkProxyLogs(root, set.behind != "")...)
	all = append(all, checkUser(os.Geteuid()))
	if free, kind, known := diskUnder(set.data); known {
		all = append(all, checkDisk(free, kind)...)
	}
	return all
}

// checkSwap: what lies in memory, keys of those who are signed in among it, may
// be written to a swap device as it is.
func checkSwap(root fs.FS) []finding {
	if keptFromSwap(root) {
		return []finding{fine("swap", "nothing of this program is swapped")}
	}
	text, err := fs.ReadFile(root, "proc/swaps")
	if err != nil {
		return []finding{mind("swap", "this system does not say whether it swaps", "see to it that swap is off or encrypted")}
	}
	var all []finding
	for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		fields := strings.Fields(line)
		if i == 0 || len(fields) < 2 || swapIsSealed(root, fields[0]) {
			continue
		}
		all = append(all, mind("swap", fields[0]+" is swap that nobody encrypted: what is in memory may lie on the disk",
			"swapoff -a and take it out of /etc/fstab, or encrypt it with a key drawn at each start (crypttab: swap); the unit's MemorySwapMax=0 keeps this program alone out of it"))
	}
	if len(all) == 0 {
		all = append(all, fine("swap", "nothing in memory reaches a disk"))
	}
	return all
}

// swapIsSealed tells whether a device stays in memory (zram) or is encrypted
// (device mapper, a name that begins with CRYPT).
func swapIsSealed(root fs.FS, device string) bool {
	name := path.Base(device)
	if strings.HasPrefix(name, "zram") {
		return true
	}
	uuid, err := fs.ReadFile(root, path.Join("sys/block", name, "dm/uuid"))
	return err == nil && strings.HasPrefix(string(uuid), "CRYPT-")
}

// checkDumps: a dump of the memory holds what the memory holds. serve forbids
// them of itself at its start; here we say whether that works on this system.
func checkDumps(forbidden bool, traceback string) finding {
	switch {
	case traceback == "crash":
		return broken("dumps", "GOTRACEBACK=crash asks for a dump of the memory at each crash", "leave GOTRACEBACK out of the environment")
	case !forbidden:
		return mind("dumps", "this system does not let a program forbid dumps of its memory", "LimitCORE=0 in the unit, and no program in /proc/sys/kernel/core_pattern")
	}
	return fine("dumps", "the program forbids dumps of its memory when it starts to serve")
}

// filesWanted is what thousands of live connections need, see the notes.
const filesWanted, filesLeast = 65_536, 4_096

func checkFiles(limit uint64, known bool) finding {
	const do = "LimitNOFILE=65536 in the unit, or ulimit -n 65536"
	switch {
	case !known:
		return mind("files", "this system does not say how many files may be open", do)
	case limit < filesLeast:
		return mind("files", fmt.Sprintf("%d may be open at once: a few hundred live chats and no more", limit), do)
	case limit < filesWanted:
		return mind("files", fmt.Sprintf("%d may be open at once: live chats beyond that are refused, and their browsers ask every few seconds instead", limit), do)
	}
	return fine("files", fmt.Sprintf("%d may be open at once", limit))
}

const clockUntold = "this system does not say whether its clock is kept"

// checkClock: codes of the second factor, due times and the books need the time.
func checkClock(kept, known bool, now time.Time) finding {
	switch {
	case now.Year() < 2026:
		return broken("clock", "it says "+now.Format("2 January 2006"), "set the clock, and let a time server keep it (systemd-timesyncd, chrony)")
	case !known:
		return mind("clock", clockUntold, "let a time server keep it (systemd-timesyncd, chrony)")
	case !kept:
		return mind("clock", "no time server keeps it: after half a minute of drift no code of a second factor is right", "timedatectl set-ntp true, or chrony; in a container the machine around it does that")
	}
	return fine("clock", "a time server keeps it")
}

// memoryLeast is what stays enough with mailboxes full of hostile mail.
const memoryLeast = 512 << 20

func checkMemory(most int64) finding {
	switch {
	case most == math.MaxInt64:
		return fine("memory", "nobody limits it")
	case most < memoryLeast:
		return mind("memory", fmt.Sprintf("the limit is %d MB", most>>20), "give it 512 MB (MemoryMax= in the unit, mem_limit in compose.yaml)")
	}
	return fine("memory", fmt.Sprintf("the limit is %d MB", most>>20))
}

func checkUser(uid int) finding {
	if uid == 0 {
		return mind("user", "you are root; the program needs no right of root's", "run it as a user of its own, as the unit in the notes does")
	}
	return fine("user", "not root")
}

// diskLeast is when SQLite's log, a backup and a busy day no longer fit.
const diskLeast = 2 << 30

func checkDisk(free uint64, network bool) []finding {
	var all []finding
	if network {
		all = append(all, broken("disk", "the data folder lies on a network's file system: SQLite's locks do not hold there", "a local disk, or PostgreSQL"))
	}
	if free < diskLeast {
		return append(all, mind("disk", fmt.Sprintf("%d MB are free", free>>20), "make room: on a full disk pages are read and nothing is written"))
	}
	return append(all, fine("disk", fmt.Sprintf("%d GB are free", free>>30)))
}

// proxy is where a known proxy keeps its settings, and what in them writes the
// addresses of visitors down.
type proxy struct {
	name     string
	files    []string
	writes   *regexp.Regexp   // directives that log addresses; the last group says where to
	harmless *regexp.Regexp   // where that keeps none, nil for nowhere
	must     []*regexp.Regexp // without these they are logged
	do       string
}

var proxies = []proxy{
	{"nginx", []string{"etc/nginx/*.conf", "etc/nginx/conf.d/*.conf", "etc/nginx/sites-enabled/*"},
		regexp.MustCompile(`(?m)(?:^|[;{}])\s*(?:access_log|error_log)\s+([^;]+);`),
		regexp.MustCompile(`^(?:off|/dev/null(?:\s.*)?|\S+\s+(?:crit|alert|emerg))$`),
		[]*regexp.Regexp{regexp.MustCompile(`\saccess_log\s+(?:off|/dev/null)`), regexp.MustCompile(`(?:^|\s)error_log\s`)},
		"access_log off; and error_log … crit; see proxy/nginx.conf in the notes"},
	{"Apache", []string{"etc/apache2/*.conf", "etc/apache2/sites-enabled/*", "etc/apache2/conf-enabled/*", "etc/httpd/conf/*.conf", "etc/httpd/conf.d/*.conf"},
		regexp.MustCompile(`(?mi)^\s*(?:CustomLog|TransferLog)\s+(.+)$`), nil,
		[]*regexp.Regexp{regexp.MustCompile(`(?mi)^\s*(?:ErrorLogFormat\s|ErrorLog\s+"?/dev/null)`)},
		`take out CustomLog and TransferLog, and say ErrorLogFormat "[%t] [%l] %M": errors name who asked, too`},
	{"Caddy", []string{"etc/caddy/Caddyfile", "etc/caddy/conf.d/*"},
		regexp.MustCompile(`(?m)^\s*log(\s+[\w.-]+)?\s*\{?\s*$`), nil, nil, "take out the site's log; Caddy writes no addresses without it, see proxy/Caddyfile in the notes"},
	{"HAProxy", []string{"etc/haproxy/haproxy.cfg"},
		regexp.MustCompile(`(?m)^\s*(?:option\s+(httplog|tcplog)|log\s+(global))`), nil, nil, "take out option httplog, and log global of the frontend and the defaults"},
}

// proxyRemarks are what in a proxy's settings counts for nothing.
var proxyRemarks = regexp.MustCompile(`(?m)(?:^|\s)#.*$`)

// checkProxyLogs: no address of a visitor is stored here, and a proxy's own log
// would undo that.
func checkProxyLogs(root fs.FS, behind bool) []finding {
	var all []finding
	for _, p := range proxies {
		all = append(all, p.examine(root)...)
	}
	if behind && len(all) == 0 {
		all = append(all, mind("proxy logs", "the proxy is on another machine", "look there that it writes no visitor's address down; examples lie in proxy/ beside the notes"))
	}
	return all
}

// examine finds nothing where the proxy is not.
func (p proxy) examine(root fs.FS) []finding {
	var said, closed []string
	var text strings.Builder
	for _, pattern := range p.files {
		names, _ := fs.Glob(root, pattern)
		for _, name := range names {
			b, err := fs.ReadFile(root, name)
			if err != nil {
				closed = append(closed, "/"+name)
				continue
			}
			settings := proxyRemarks.ReplaceAllString(string(b), "")
			text.WriteString(settings + "\n")
			for _, m := range p.writes.FindAllStringSubmatch(settings, -1) {
				if where := strings.TrimSpace(m[len(m)-1]); (p.harmless == nil || !p.harmless.MatchString(where)) && !slices.Contains(said, "/"+name) {
					said = append(said, "/"+name)
				}
			}
		}
	}
	lacks := func(must *regexp.Regexp) bool { return !must.MatchString(text.String()) }
	switch {
	case len(said) > 0:
		return []finding{mind("proxy logs", p.name+" writes visitors' addresses down, by "+strings.Join(said, ", "), p.do)}
	case len(closed) > 0:
		return []finding{mind("proxy logs", "this user may not read how "+p.name+" is set: "+strings.Join(closed, ", "), "look there that it writes no visitor's address down: "+p.do)}
	case text.Len() == 0:
		return nil
	case slices.ContainsFunc(p.must, lacks):
		return []finding{mind("proxy logs", p.name+" writes visitors' addresses down unless it is told not to", p.do)}
	}
	return []finding{fine("proxy logs", p.name+" here writes no visitor's address down")}
}

// checkAddresses: where people reach this house, and how.
func checkAddresses(set settings) []finding {
	u, err := url.Parse(set.publicURL)
	switch {
	case set.publicURL == "":
		return []finding{mind("settings", "public-url is empty: no letter can lead anybody here", "--public-url https://…, the address persons reach")}
	case err != nil || u.Host == "":
		return []finding{broken("settings", "public-url is no address", "--public-url https://…, the address persons reach")}
	case u.Scheme != "https" && !isLoopback(u.Hostname()):
		return []finding{broken("settings", "public-url does not begin with https: browsers would keep no cookie", "end TLS here (--cert, --key) or in a proxy (--behind-proxy)")}
	}
	all := []finding{fine("settings", "people come in at "+set.publicURL)}
	if host, _, err := net.SplitHostPort(set.watch); err == nil && !isLoopback(host) {
		all = append(all, mind("settings", "health and figures are shown to whoever reaches "+set.watch, "keep that inside your own network"))
	}
	return all
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// certificateLeast is how long before its end a certificate should be renewed.
const certificateLeast = 14 * 24 * time.Hour

func checkCertificate(set settings, now time.Time) []finding {
	if set.cert == "" {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(set.cert, set.key)
	if err != nil {
		return []finding{broken("certificate", "it can't be read: "+err.Error(), "see the settings cert and key")}
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return []finding{broken("certificate", err.Error(), "see the setting cert")}
	}
	return []finding{checkValidity(leaf, hostOf(set.publicURL), now)}
}

func checkValidity(leaf *x509.Certificate, host string, now time.Time) finding {
	const do = "renew it, and start the program again: it reads the file at its start"
	switch left := leaf.NotAfter.Sub(now); {
	case left <= 0 || now.Before(leaf.NotBefore):
		return broken("certificate", "it is not valid today", do)
	case host != "" && leaf.VerifyHostname(host) != nil:
		return broken("certificate", "it was made for another name than "+host, "a certificate for "+host)
	case left < certificateLeast:
		return mind("certificate", "it ends on "+leaf.NotAfter.Format("2 January 2006"), do)
	}
	return fine("certificate", "good until "+leaf.NotAfter.Format("2 January 2006"))
}
