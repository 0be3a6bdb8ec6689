package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

// composed reads compose.yaml as docker does.
func composed(t *testing.T, env ...string) (*types.Project, error) {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{"../../compose.yaml"}, cli.WithEnv(env), cli.WithDefaultProfiles("dev"), cli.WithResolvedPaths(true))
	if err != nil {
		t.Fatal(err)
	}
	return options.LoadProject(t.Context())
}

func TestComposeStartsAHouseThatIsClosedToOthers(t *testing.T) {
	if _, err := composed(t); err == nil || !strings.Contains(err.Error(), "POSTGRES_PASSWORD") {
		t.Errorf("without a password: %v", err)
	}
	p, err := composed(t, "POSTGRES_PASSWORD=only-for-this-test")
	if err != nil {
		t.Fatal(err)
	}
	app := p.Services["app"]
	if app.Name == "" || app.Build == nil {
		t.Fatal("there is no app that is built here")
	}
	if !app.ReadOnly || !slices.Equal(app.CapDrop, []string{"ALL"}) || !slices.Contains(app.SecurityOpt, "no-new-privileges:true") {
		t.Error("the app may do more than it needs")
	}
	if core := app.Ulimits["core"]; core == nil || core.Single != 0 || app.MemSwapLimit != app.MemLimit || app.MemLimit < memoryLeast {
		t.Error("what is in the app's memory may reach a disk, or it has too little")
	}
	if files := app.Ulimits["nofile"]; files == nil || uint64(files.Single) < filesWanted {
		t.Error("the app may open too few files")
	}
	if app.StopGracePeriod == nil || time.Duration(*app.StopGracePeriod) <= goodbye {
		t.Error("the app is killed before it has finished what it began")
	}
	if app.HealthCheck == nil || !slices.Equal([]string(app.HealthCheck.Test), []string{"CMD", "/returnsupport", "ready"}) {
		t.Error("nobody asks the app whether it is ready")
	}
	for name, s := range p.Services {
		if s.Privileged || s.Image != "" && (strings.HasSuffix(s.Image, ":latest") || !strings.Contains(s.Image, ":")) {
			t.Errorf("%s is privileged, or of no version", name)
		}
		for _, port := range s.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("port %d of %s is open to the world", port.Target, name)
			}
		}
	}
	for variable, value := range app.Environment {
		if !slices.ContainsFunc(known, func(s setting) bool { return s.variable() == variable }) || value == nil {
			t.Errorf("%s is no setting of ours", variable)
		}
	}
	if !strings.Contains(app.Build.DockerfileInline, "USER 65532") || !strings.Contains(app.Build.DockerfileInline, "FROM scratch") {
		t.Error("the image holds more than the program, or runs as root")
	}
}

// The same file through the program itself, on machines that have it.
func TestComposeIsWhatDockerReads(t *testing.T) {
	docker, err := exec.LookPath("docker")
	if err != nil || exec.Command(docker, "compose", "version").Run() != nil {
		t.Log("there is no docker compose here; its parser has read the file in the test above")
		return
	}
	cmd := exec.Command(docker, "compose", "-f", "../../compose.yaml", "config", "--quiet")
	cmd.Env = append(os.Environ(), "POSTGRES_PASSWORD=only-for-this-test")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("docker compose config: %v\n%s", err, out)
	}
}

// directives are the lines of a unit, by name.
func directives(t *testing.T, name string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		if k, v, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(k, "#") {
			all[k] = append(all[k], v)
		}
	}
	return all
}

func TestTheUnitHandsOverSecretsAndShutsTheRestOut(t *testing.T) {
	d := directives(t, "returnsupport.service")
	for name, want := range map[string]string{
		"LoadCredential": "returnsupport:/etc/returnsupport/server.secrets",
		"User":           "returnsupport", "StateDirectoryMode": "0700", "UMask": "0077",
		"LimitCORE": "0", "MemorySwapMax": "0", "LimitNOFILE": "65536",
		"NoNewPrivileges": "yes", "CapabilityBoundingSet": "", "ProtectSystem": "strict", "ProtectHome": "yes",
		"PrivateTmp": "yes", "PrivateDevices": "yes", "MemoryDenyWriteExecute": "yes", "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
	} {
		if !slices.Contains(d[name], want) {
			t.Errorf("%s=%s is missing", name, want)
		}
	}
	if stop, err := time.ParseDuration(d["TimeoutStopSec"][0] + "s"); err != nil || stop <= goodbye {
		t.Errorf("it is killed after %s, and what it began may take %s", stop, goodbye)
	}
	// The name under which settings look for the credential.
	set, _, err := readSettings(nil, func(name string) string {
		return map[string]string{"CREDENTIALS_DIRECTORY": "/run/credentials/x"}[name]
	}, nil)
	if err != nil || set.secrets != "/run/credentials/x/returnsupport" {
		t.Errorf("secrets are looked for in %s, %v", set.secrets, err)
	}
}

// Where systemd's own reader is, it reads the units, with a program that is there.
func TestSystemdReadsTheUnits(t *testing.T) {
	reader, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Log("there is no systemd-analyze here; the test above has read the unit")
		return
	}
	folder := t.TempDir()
	var names []string
	for _, name := range []string{"returnsupport.service", "returnsupport-backup.service", "returnsupport-backup.timer"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text = bytes.ReplaceAll(text, []byte("/usr/local/bin/returnsupport"), []byte("/bin/true"))
		name = filepath.Join(folder, name)
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	out, err := exec.Command(reader, append([]string{"verify", "--man=no"}, names...)...).CombinedOutput()
	if err != nil || bytes.Contains(out, []byte(folder)) {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}
