package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"io/fs"
	"maps"
	"math"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"returnsupport/helpdesk/office"
	"returnsupport/mailbridge"
)

// worst is the most serious of what a check found.
func worst(all ...finding) verdict {
	is := well
	for _, f := range all {
		is = max(is, f.is)
	}
	return is
}

// machine is a root folder with these files.
func machine(files map[string]string) fs.FS {
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

// closedTo is a machine whose files are listed, and read by somebody else alone.
type closedTo struct{ fs.FS }

func (c closedTo) Open(name string) (fs.File, error) {
	if strings.HasPrefix(name, "etc/nginx/") && strings.HasSuffix(name, ".conf") {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return c.FS.Open(name)
}

func (c closedTo) Glob(pattern string) ([]string, error) { return fs.Glob(c.FS, pattern) }

func TestTheDoctorKnowsGoodMachinesFromBad(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	const head = "Filename Type Size Used Priority\n"
	day := 24 * time.Hour
	for name, c := range map[string]struct {
		found []finding
		want  verdict
	}{
		"no swap":        {checkSwap(machine(map[string]string{"proc/swaps": head})), well},
		"zram":           {checkSwap(machine(map[string]string{"proc/swaps": head + "/dev/zram0 partition 100 0 5\n"})), well},
		"sealed swap":    {checkSwap(machine(map[string]string{"proc/swaps": head + "/dev/dm-1 partition 100 0 5\n", "sys/block/dm-1/dm/uuid": "CRYPT-PLAIN-swap\n"})), well},
		"logical volume": {checkSwap(machine(map[string]string{"proc/swaps": head + "/dev/dm-1 partition 100 0 5\n", "sys/block/dm-1/dm/uuid": "LVM-abc\n"})), heed},
		"plain swap":     {checkSwap(machine(map[string]string{"proc/swaps": head + "/dev/zram0 partition 1 0 5\n/swapfile file 100 0 -2\n"})), heed},
		"kept from swap": {checkSwap(machine(map[string]string{"proc/swaps": head + "/swapfile file 100 0 -2\n", "proc/self/cgroup": "0::/system.slice/returnsupport.service\n",
			"sys/fs/cgroup/system.slice/returnsupport.service/memory.swap.max": "0\n", "sys/fs/cgroup/system.slice/memory.swap.max": "max\n"})), well},
		"a limit of swap":        {checkSwap(machine(map[string]string{"proc/swaps": head + "/swapfile file 100 0 -2\n", "proc/self/cgroup": "0::/x\n", "sys/fs/cgroup/x/memory.swap.max": "4096\n"})), heed},
		"no word of swap":        {checkSwap(machine(nil)), heed},
		"dumps forbidden":        {[]finding{checkDumps(true, "")}, well},
		"dumps not forbidden":    {[]finding{checkDumps(false, "")}, heed},
		"dumps asked for":        {[]finding{checkDumps(true, "crash")}, ill},
		"many files":             {[]finding{checkFiles(65_536, true)}, well},
		"a shell's files":        {[]finding{checkFiles(1_024, true)}, heed},
		"some files":             {[]finding{checkFiles(8_192, true)}, heed},
		"clock kept":             {[]finding{checkClock(true, true, now)}, well},
		"clock runs free":        {[]finding{checkClock(false, true, now)}, heed},
		"clock of 1970":          {[]finding{checkClock(true, true, time.Unix(0, 0))}, ill},
		"memory":                 {[]finding{checkMemory(math.MaxInt64)}, well},
		"memory of a gigabyte":   {[]finding{checkMemory(1 << 30)}, well},
		"little memory":          {[]finding{checkMemory(256 << 20)}, heed},
		"root":                   {[]finding{checkUser(0)}, heed},
		"not root":               {[]finding{checkUser(999)}, well},
		"disk":                   {checkDisk(10<<30, false), well},
		"full disk":              {checkDisk(1<<30, false), heed},
		"network disk":           {checkDisk(10<<30, true), ill},
		"no proxy here":          {checkProxyLogs(machine(nil), false), well},
		"proxy elsewhere":        {checkProxyLogs(machine(nil), true), heed},
		"nginx by itself":        {checkProxyLogs(machine(map[string]string{"etc/nginx/nginx.conf": "http { server { listen 80; } }"}), true), heed},
		"nginx logs":             {checkProxyLogs(machine(map[string]string{"etc/nginx/nginx.conf": "http {\n access_log off;\n}", "etc/nginx/sites-enabled/stod": "server {\n access_log /var/log/nginx/stod.log;\n}"}), true), heed},
		"nginx is silent":        {checkProxyLogs(machine(map[string]string{"etc/nginx/nginx.conf": "http {\n access_log off;\n error_log /var/log/nginx/error.log crit;\n}"}), true), well},
		"nginx names who erred":  {checkProxyLogs(machine(map[string]string{"etc/nginx/nginx.conf": "http {\n access_log off;\n error_log /var/log/nginx/error.log;\n}"}), true), heed},
		"nginx errs by itself":   {checkProxyLogs(machine(map[string]string{"etc/nginx/nginx.conf": "http {\n access_log off;\n}"}), true), heed},
		"nginx logs in a line":   {checkProxyLogs(machine(map[string]string{"etc/nginx/nginx.conf": "error_log /dev/null; access_log off; http { server { access_log /var/log/x; } }"}), true), heed},
		"nginx remarks":          {checkProxyLogs(machine(map[string]string{"etc/nginx/nginx.conf": "error_log /dev/null;\n# { access_log /var/log/x; }\naccess_log off;\n"}), true), well},
		"apache names who erred": {checkProxyLogs(machine(map[string]string{"etc/apache2/apache2.conf": "ErrorLog /var/log/e\n"}), true), heed},
		"apache is silent":       {checkProxyLogs(machine(map[string]string{"etc/apache2/apache2.conf": "ErrorLog /var/log/e\nErrorLogFormat \"[%t] [%l] %M\"\n"}), true), well},
		"caddy logs by name":     {checkProxyLogs(machine(map[string]string{"etc/caddy/Caddyfile": "stod.example {\n log a.b {\n }\n}\n"}), true), heed},
		"haproxy logs all":       {checkProxyLogs(machine(map[string]string{"etc/haproxy/haproxy.cfg": "defaults\n log global\n"}), true), heed},
		"haproxy is silent":      {checkProxyLogs(machine(map[string]string{"etc/haproxy/haproxy.cfg": "global\n log /dev/log local0\ndefaults\n mode http\n"}), true), well},
		"nginx is closed to us":  {checkProxyLogs(closedTo{machine(map[string]string{"etc/nginx/nginx.conf": "access_log off;"})}, true), heed},
		"apache logs":            {checkProxyLogs(machine(map[string]string{"etc/apache2/sites-enabled/a.conf": "CustomLog /var/log/a combined\n"}), true), heed},
		"caddy is silent":        {checkProxyLogs(machine(map[string]string{"etc/caddy/Caddyfile": "stod.example {\n reverse_proxy :8080\n}\n"}), true), well},
		"caddy logs":             {checkProxyLogs(machine(map[string]string{"etc/caddy/Caddyfile": "stod.example {\n log {\n }\n}\n"}), true), heed},
		"haproxy logs":           {checkProxyLogs(machine(map[string]string{"etc/haproxy/haproxy.cfg": "defaults\n option httplog\n"}), true), heed},
		"no address":             {checkAddresses(settings{}), heed},
		"https":                  {checkAddresses(settings{publicURL: "https://stod.example"}), well},
		"plain http":             {checkAddresses(settings{publicURL: "http://stod.example"}), ill},
		"figures for all":        {checkAddresses(settings{publicURL: "https://stod.example", watch: "0.0.0.0:9480"}), heed},
		"figures here":           {checkAddresses(settings{publicURL: "https://stod.example", watch: "127.0.0.1:9480"}), well},
		"certificate":            {[]finding{checkValidity(&x509.Certificate{NotBefore: now.Add(-day), NotAfter: now.Add(60 * day), DNSNames: []string{"stod.example"}}, "stod.example", now)}, well},
		"certificate's end":      {[]finding{checkValidity(&x509.Certificate{NotBefore: now.Add(-day), NotAfter: now.Add(5 * day)}, "", now)}, heed},
		"certificate ended":      {[]finding{checkValidity(&x509.Certificate{NotBefore: now.Add(-9 * day), NotAfter: now.Add(-day)}, "", now)}, ill},
		"another's certificate":  {[]finding{checkValidity(&x509.Certificate{NotBefore: now.Add(-day), NotAfter: now.Add(60 * day), DNSNames: []string{"other.example"}}, "stod.example", now)}, ill},
		"secrets of this year":   {[]finding{checkAge(false)}, well},
		"old secrets":            {[]finding{checkAge(true)}, heed},
		"a credential":           {[]finding{checkCredential("x", 0o440)}, well},
		"an open credential":     {[]finding{checkCredential("x", 0o444)}, ill},
		"private file":           {checkMode("keys", "x", "x", 0o600), well},
		"public file":            {checkMode("keys", "x", "x", 0o640), ill},
		"backup of last night":   {[]finding{checkBackup(now.Add(-10*time.Hour), true, now)}, well},
		"backup of last week":    {[]finding{checkBackup(now.Add(-7*day), true, now)}, heed},
		"never a backup":         {[]finding{checkBackup(time.Time{}, false, now)}, heed},
		"bus":                    {[]finding{checkBus(true, "")}, well},
		"no bus":                 {[]finding{checkBus(false, "unreachable")}, heed},
		"small log":              {[]finding{checkLog(1 << 20)}, well},
		"grown log":              {[]finding{checkLog(3 << 30)}, heed},
		"collecting works":       {[]finding{checkSteps("a@x", "collecting", []mailbridge.Step{{Code: "lookup", OK: true}, {Code: "sign_in", OK: true}})}, well},
		"collecting fails":       {[]finding{checkSteps("a@x", "collecting", []mailbridge.Step{{Code: "lookup", OK: true}, {Code: "sign_in", Cause: mailbridge.SignIn}})}, ill},
	} {
		t.Run(name, func(t *testing.T) {
			if got := worst(c.found...); got != c.want {
				t.Errorf("found %+v", c.found)
			}
			for _, f := range c.found {
				if f.about == "" || f.says == "" || (f.is > well) != (f.do != "") {
					t.Errorf("a finding without words, or without what to do: %+v", f)
				}
			}
		})
	}
}

func TestTheDoctorKnowsWhatAPostgresKeeps(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	good := map[string]string{"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "archive_mode": "off", "log_statement": "none"}
	with := func(name, value string) map[string]string {
		set := map[string]string{}
		for k, v := range good {
			set[k] = v
		}
		set[name] = value
		return set
	}
	archiving := with("archive_mode", "on")
	withBoth := with("log_min_duration_statement", "500")
	withBoth["log_parameter_max_length"] = "0"
	for name, c := range map[string]struct {
		is   postgres
		want verdict
	}{
		"good":            {postgres{settings: good}, well},
		"no fsync":        {postgres{settings: with("fsync", "off")}, ill},
		"torn pages":      {postgres{settings: with("full_page_writes", "off")}, ill},
		"late commits":    {postgres{settings: with("synchronous_commit", "off")}, ill},
		"statements":      {postgres{settings: with("log_statement", "all")}, heed},
		"archive":         {postgres{settings: archiving}, heed},
		"young archive":   {postgres{settings: archiving, seen: true, oldest: now.Add(-13 * 24 * time.Hour)}, well},
		"empty archive":   {postgres{settings: archiving, seen: true}, well},
		"old archive":     {postgres{settings: archiving, seen: true, oldest: now.Add(-15 * 24 * time.Hour)}, ill},
		"slow statements": {postgres{settings: with("log_min_duration_statement", "500")}, heed},
		"slow, no values": {postgres{settings: withBoth}, well},
		"no slow ones":    {postgres{settings: with("log_min_duration_statement", "-1")}, well},
		"over the net":    {postgres{settings: good, clear: "192.0.2.7"}, heed},
		"forgotten slots": {postgres{settings: good, idle: []string{"replica"}}, heed},
	} {
		if found := checkPostgres(c.is, now); worst(found...) != c.want {
			t.Errorf("%s: found %+v", name, found)
		}
	}
	folder := t.TempDir()
	old := filepath.Join(folder, "000000010000000000000001")
	if err := os.WriteFile(old, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	then := now.Add(-20 * 24 * time.Hour)
	if err := os.Chtimes(old, then, then); err != nil {
		t.Fatal(err)
	}
	if oldest, seen := oldestArchive("test ! -f " + folder + "/%f && cp %p " + folder + "/%f"); !seen || !oldest.Equal(then) {
		t.Errorf("the oldest archive is of %v, %v", oldest, seen)
	}
	if _, seen := oldestArchive("barman-wal-archive backup main %p"); seen {
		t.Error("an archive nobody can look into was seen")
	}
}

// names answers for the name servers of the world.
type names struct {
	mx    map[string]int
	texts map[string][]string
	hosts map[string][]string
	down  bool
}

func (n names) answer(found bool) error {
	switch {
	case n.down:
		return &net.DNSError{Err: "timeout", IsTimeout: true}
	case !found:
		return &net.DNSError{Err: "no such host", IsNotFound: true}
	}
	return nil
}

func (n names) LookupMX(_ context.Context, name string) ([]*net.MX, error) {
	return make([]*net.MX, n.mx[name]), n.answer(n.mx[name] > 0)
}

func (n names) LookupTXT(_ context.Context, name string) ([]string, error) {
	return n.texts[name], n.answer(n.texts[name] != nil)
}

func (n names) LookupHost(_ context.Context, name string) ([]string, error) {
	return n.hosts[name], n.answer(n.hosts[name] != nil)
}

// machineOf is a world in which a name has an address.
func machineOf(n names, name string) names {
	n.hosts = map[string][]string{name: {"192.0.2.1"}}
	return n
}

func TestTheDoctorKnowsWhatTheWorldThinksOfADomain(t *testing.T) {
	const spf, dmarc = "v=spf1 mx -all", "v=DMARC1; p=quarantine; rua=mailto:x@x.example"
	world := func(mx int, own []string, policy string) names {
		n := names{mx: map[string]int{"x.example": mx}, texts: map[string][]string{"x.example": own}}
		if policy != "" {
			n.texts["_dmarc.x.example"] = []string{policy}
		}
		return n
	}
	for name, c := range map[string]struct {
		is   names
		want verdict
	}{
		"good":           {world(1, []string{"other", spf}, dmarc), well},
		"no mail":        {world(0, []string{spf}, dmarc), ill},
		"no SPF":         {world(1, []string{"other"}, dmarc), heed},
		"two SPF":        {world(1, []string{spf, spf}, dmarc), ill},
		"everybody":      {world(1, []string{"v=spf1 +all"}, dmarc), ill},
		"all":            {world(1, []string{"v=spf1 mx all"}, dmarc), ill},
		"a machine":      {machineOf(world(0, []string{spf}, dmarc), "x.example"), heed},
		"no DMARC":       {world(1, []string{spf}, ""), heed},
		"DMARC watches":  {world(1, []string{spf}, "v=DMARC1; p=none; sp=reject"), heed},
		"nothing at all": {world(0, nil, ""), ill},
		"no network":     {names{down: true}, heed},
	} {
		if found := checkDomain(lookUpDomain(t.Context(), c.is, "x.example")); worst(found...) != c.want {
			t.Errorf("%s: found %+v", name, found)
		}
	}
	there := names{hosts: map[string][]string{"stod.example": {"192.0.2.1"}}}
	for host, want := range map[string]verdict{"stod.example": well, "stöd.example": ill, "": well, "127.0.0.1": well} {
		if found := checkNames(t.Context(), there, host); worst(found...) != want {
			t.Errorf("%q: found %+v", host, found)
		}
	}
}

func TestTheDoctorLooksAtWhatTheOrganisationDecided(t *testing.T) {
	good := map[string]string{office.RecoveryFingerprint: "abc", office.SecondFactor: "yes", office.FullPhone: "0771", office.ExitAddress: "https://smhi.se", office.CrisisPanel: "112"}
	if found := checkOrganisation(good); worst(found...) != well {
		t.Errorf("found %+v", found)
	}
	for name, value := range map[string]string{office.SecondFactor: "no", office.LeaveAccepted: "yes"} {
		set := maps.Clone(good)
		set[name] = value
		if found := checkOrganisation(set); worst(found...) != heed {
			t.Errorf("%s %s: found %+v", name, value, found)
		}
	}
	for name, want := range map[string]verdict{office.RecoveryFingerprint: ill, office.FullPhone: heed, office.ExitAddress: heed, office.CrisisPanel: heed} {
		set := map[string]string{}
		for k, v := range good {
			if k != name {
				set[k] = v
			}
		}
		if found := checkOrganisation(set); worst(found...) != want {
			t.Errorf("without %s: found %+v", name, found)
		}
	}
}

// The two proxies of the notes would satisfy the doctor.
func TestTheProxiesOfTheNotesWriteNoAddressDown(t *testing.T) {
	for file, place := range map[string]string{"proxy/nginx.conf": "etc/nginx/nginx.conf", "proxy/Caddyfile": "etc/caddy/Caddyfile"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if found := checkProxyLogs(machine(map[string]string{place: string(text)}), true); worst(found...) != well || len(found) != 1 {
			t.Errorf("%s: found %+v", file, found)
		}
		for _, needs := range []string{"8080", "X-Forwarded-Host"} {
			if !bytes.Contains(text, []byte(needs)) {
				t.Errorf("%s does not say %s", file, needs)
			}
		}
	}
}

func TestTheDoctorSaysWhatToDoAndEndsWithOneWhereSomethingIsBroken(t *testing.T) {
	o := operator{t: t, data: filepath.Join(t.TempDir(), "data")}
	code, out, _ := o.do("", "doctor")
	if code != 1 || !strings.Contains(out, "FAIL  keys") || !strings.Contains(out, "returnsupport init") {
		t.Errorf("before init: exit %d\n%s", code, out)
	}
	o.init()
	code, out, complaint := o.do("", "doctor")
	for _, want := range []string{"sqlite opens", "there is no mailbox", "swap", "dumps", "clock", "files", "backup", "second factor", "WAL"} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	if code != 0 {
		t.Errorf("a new house: exit %d, %s\n%s", code, complaint, out)
	}
	if err := os.Chmod(filepath.Join(o.data, "server.secrets"), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, out, _ := o.do("", "doctor"); code != 1 || !strings.Contains(out, "chmod go-rwx") {
		t.Errorf("secrets for all to read: exit %d\n%s", code, out)
	}
}

func TestWhatIsWorstStandsLast(t *testing.T) {
	var out bytes.Buffer
	if is := printFindings(&out, []finding{broken("a", "x", "do x"), fine("b", "y"), mind("c", "z", "do z")}); is != ill {
		t.Errorf("the worst is %d", is)
	}
	if lines := strings.Split(strings.TrimSpace(out.String()), "\n"); len(lines) != 5 || !strings.HasPrefix(lines[0], "ok") || !strings.HasPrefix(lines[3], "FAIL") {
		t.Errorf("printed\n%s", out.String())
	}
}

// A rehearsal that was killed leaves a copy of everything, with its keys.
func TestTheDoctorNamesWhatARehearsalLeft(t *testing.T) {
	data := t.TempDir()
	if found := checkRehearsals(data); len(found) != 0 {
		t.Errorf("of nothing: %v", found)
	}
	left := filepath.Join(data, rehearsal+"1234")
	if err := os.Mkdir(left, 0o700); err != nil {
		t.Fatal(err)
	}
	if found := checkRehearsals(data); len(found) != 1 || found[0].is != heed || !strings.Contains(found[0].says, left) || found[0].do == "" {
		t.Errorf("of a copy: %v", found)
	}
}
